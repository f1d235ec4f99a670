from tests.bench.place import Place


def measure(place: Place) -> None: ...
