// Arrow keys move between the dates of a calendar month: left and right to the next one, up and down within the weekday.
"use strict";

document.addEventListener("keydown", (event) => {
  const link = event.target.closest("[data-month] a");
  if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
  const month = link.closest("[data-month]");

  function beside(step) {
    const links = [...month.querySelectorAll("tbody a")];
    return links[links.indexOf(link) + step];
  }

  function inColumn(step) {
    const cells = [...month.querySelectorAll("tbody td")];
    const within = [...link.closest("td").querySelectorAll("a")];
    let found = within[within.indexOf(link) + step];
    for (let n = cells.indexOf(link.closest("td")) + 7 * step; !found && cells[n]; n += 7 * step) {
      found = [...cells[n].querySelectorAll("a")].at(step > 0 ? 0 : -1);
    }
    return found;
  }

  const ways = { ArrowLeft: () => beside(-1), ArrowRight: () => beside(1), ArrowUp: () => inColumn(-1), ArrowDown: () => inColumn(1) };
  const goal = ways[event.key]?.();
  if (!goal) return;
  event.preventDefault();
  goal.focus();
});
