"""The WSGI application that a server loads, and that `flask --app wsgi` works on."""

from config import load_settings
from exchange_app.factory import create_app

app = create_app(load_settings())
