// Makes a PNG of a card, with the fonts of this device: what chats take where they take no SVG.
"use strict";

(() => {
  const button = document.querySelector("[data-card]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const drawn = new Image();
    drawn.addEventListener("load", () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [1200, 630];
      canvas.getContext("2d").drawImage(drawn, 0, 0, 1200, 630);
      canvas.toBlob((blob) => {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(blob);
        link.download = "card.png";
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      });
    });
    drawn.src = button.dataset.card;
  });
})();
