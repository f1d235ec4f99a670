// A roster as a spreadsheet: paste many cells, go from cell to cell by keyboard, undo. Without it the table is a form
// like any other.
"use strict";

(() => {
  const form = document.getElementById("grid");
  if (!form) return;
  const body = form.querySelector("tbody");
  const fresh = document.getElementById("grid-fresh").innerHTML;
  const words = JSON.parse(form.dataset.words);
  const statusLine = document.getElementById("grid-status");
  const roomLine = document.getElementById("grid-room");
  const undoButton = document.getElementById("grid-undo");
  const copyButton = document.getElementById("grid-copy");
  const VEILED = ["guardian_phone", "second_phone", "document_number", "health_note"];
  const steps = []; // what undoes each of them
  let current = null; // the cell that was last in use
  let before = ""; // what it said when it was entered
  let hasArrived = false; // by keyboard, and nothing was typed since: arrows leave it at once
  let isTabbing = false;
  let isSaving = false;
  let schoolWords = { columns: {}, cells: {} };

  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
  const tell = (name, facts = {}) => { statusLine.textContent = fill(words[name], facts); };
  const rows = () => [...body.rows];
  const cellsOf = (row) => [...row.querySelectorAll("td .form-control, td .form-select")];
  const rowOf = (cell) => cell.closest("tr");
  const fieldOf = (cell) => cell.name.slice(cell.name.indexOf("-") + 1);
  const cellOf = (row, field) => cellsOf(row).find((cell) => fieldOf(cell) === field);
  const outOf = (row) => row.querySelector("[type=checkbox]");
  const isCell = (element) => element.matches("td .form-control, td .form-select");
  const squeezed = (text) => text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const isBlank = (row) => cellsOf(row).every((cell) => !cell.value.trim() || fieldOf(cell) === "role") && !row.querySelector("[name$='-seen']");

  // ---- rows

  let next = Math.max(-1, ...[...body.querySelectorAll("[name^=n]")].map((cell) => parseInt(cell.name.slice(1), 10))) + 1;

  function addRow(key = `n${next}`) {
    next = Math.max(next, Number(key.slice(1)) + 1);
    body.insertAdjacentHTML("beforeend", fresh.replaceAll("nX", key).replaceAll("{number}", body.rows.length + 1));
    return body.lastElementChild;
  }

  // Rows that a draft has come back; rows that what was served has not go.
  form.addEventListener("draft", (event) => {
    const keys = new Set(Object.keys(event.detail).map((name) => /^(n\d+)-name$/.exec(name)?.[1]).filter(Boolean));
    for (const row of rows()) {
      const key = cellsOf(row)[0].name.split("-")[0];
      if (keys.has(key)) keys.delete(key);
      else if (key.startsWith("n")) row.remove();
    }
    for (const key of keys) addRow(key);
  });

  // ---- cells

  function put(cell, text) {
    const wanted = text.replace(/\s+/g, " ").trim();
    if (cell.tagName === "SELECT") choose(cell, wanted);
    else cell.value = wanted;
  }

  // A word that means nothing here is sent as it is, and refused beside its cell.
  function choose(cell, text) {
    const meant = schoolWords.cells[fieldOf(cell)]?.[squeezed(text)];
    const found = [...cell.options].find((one) => one.value === (meant ?? text) || squeezed(one.text) === squeezed(text));
    if (found) cell.value = found.value;
    else if (text) {
      cell.add(new Option(text, text, false, true));
      cell.value = text;
    }
  }

  function enter(cell) {
    if (!cell) return;
    cell.focus();
    cell.select?.();
    hasArrived = true;
  }

  function goDown(cell, steps) {
    const all = rows();
    const place = all.indexOf(rowOf(cell)) + steps;
    if (!all[place]) return;
    enter(cellOf(all[place], fieldOf(cell)));
  }

  function goAside(cell, step) {
    const cells = cellsOf(rowOf(cell));
    enter(cells[cells.indexOf(cell) + step]);
  }

  function leavesAt(cell, key) {
    if (cell.tagName === "SELECT" || hasArrived) return true;
    const place = key === "ArrowLeft" ? 0 : cell.value.length;
    return cell.selectionStart === place && cell.selectionEnd === place;
  }

  // ---- several cells at once

  function change(step) {
    const touched = new Map();
    const outs = new Map();
    const added = [];
    step({
      put(cell, text) {
        if (!touched.has(cell)) touched.set(cell, cell.value);
        put(cell, text);
      },
      out(box, isOut) {
        outs.set(box, box.checked);
        box.checked = isOut;
      },
      row() {
        const row = addRow();
        added.push(row);
        return row;
      },
    });
    steps.push({ touched, outs, added });
    hasChanged();
    return touched;
  }

  // Ctrl + Z undoes this step then, and not what was typed before it.
  function hasChanged() {
    if (current) before = current.value;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function undo() {
    const last = steps.pop();
    if (!last) return tell("nothing_to_undo");
    for (const [cell, value] of last.touched) cell.value = value;
    for (const [box, value] of last.outs) box.checked = value;
    for (const row of last.added) row.remove();
    hasChanged();
    tell("undone");
    const first = [...last.touched.keys(), current].find((cell) => cell?.isConnected);
    enter(first ?? cellsOf(body.lastElementChild)[0]);
  }

  function copyFromAbove() {
    if (!current?.isConnected) return;
    const above = rowOf(current).previousElementSibling;
    const source = above && cellOf(above, fieldOf(current));
    if (!source) return;
    if (!source.value && source.placeholder && VEILED.includes(fieldOf(source))) return tell("veiled");
    change((step) => step.put(current, source.value));
    tell("copied");
    enter(current);
  }

  // Cells as Excel, WPS, Numbers and LibreOffice copy them: tabs, line breaks, and quotation marks around a cell that
  // has either or a quotation mark in it.
  function parse(text) {
    const table = [[""]];
    let isQuoted = false;
    const add = (sign) => { const row = table.at(-1); row[row.length - 1] += sign; };
    const source = text.replace(/\r\n?/g, "\n");
    for (let place = 0; place < source.length; place += 1) {
      const sign = source[place];
      if (isQuoted) {
        if (sign !== '"') add(sign);
        else if (source[place + 1] === '"') { add(sign); place += 1; }
        else isQuoted = false;
      } else if (sign === '"' && table.at(-1).at(-1) === "" && closes(source, place)) isQuoted = true;
      else if (sign === "\t") table.at(-1).push("");
      else if (sign === "\n") table.push([""]);
      else add(sign);
    }
    if (table.length > 1 && table.at(-1).length === 1 && table.at(-1)[0] === "") table.pop();
    return table;
  }

  // Whether the quotation mark at ``place`` opens a quoted cell: one that is never closed is a sign like any other.
  const closes = (source, place) => /^"(?:[^"]|"")*"(?:[\t\n]|$)/.test(source.slice(place));

  // Without them, columns are taken as they stand, and words as they are.
  async function learnWords() {
    if (schoolWords.isLearnt) return;
    const answer = await fetch(form.dataset.schoolWords).catch(() => null);
    if (answer?.ok) schoolWords = { ...(await answer.json()), isLearnt: true };
  }

  const withoutNotes = (text) => text.normalize("NFKC").replace(/[([【<{《][^)\]】>}》]*[)\]】>}》]/g, "");

  // Two names of columns at least, that of the names among them, make a row of headings.
  function withHeadings(table) {
    const fields = table[0].map((text) => schoolWords.columns[squeezed(withoutNotes(text))] ?? null);
    const isHeading = fields.includes("name") && fields.filter(Boolean).length > 1;
    if (!isHeading) return { fields: null, table };
    return { fields, table: table.slice(1).filter((texts) => texts.some((text) => text.trim())) };
  }

  async function paste(cell, text) {
    const cells = parse(text);
    await learnWords();
    const { fields, table } = withHeadings(cells);
    if (!table.length) return;
    const names = cellsOf(rowOf(cell)).map(fieldOf);
    const columns = fields ?? names.slice(names.indexOf(fieldOf(cell)));
    const touched = change((step) => {
      const place = fields ? byName(columns, step) : fromHere(cell, step);
      table.forEach((texts, index) => fillRow(step, place(texts, index), columns, texts, !fields));
    });
    tell("pasted", { rows: table.length });
    tellLeftOut(fields, cells[0], names);
    tellRenamed(touched);
    enter(cell);
  }

  function fromHere(cell, step) {
    const start = rows().indexOf(rowOf(cell));
    return (_texts, index) => rows()[start + index] ?? step.row();
  }

  // As when a list is handed in again: who is here already, by name and class, keeps their row, and what the list does
  // not mention; others get a free row.
  function byName(columns, step) {
    const identity = (name, className) => squeezed(name) + "|" + (columns.includes("class_name") ? squeezed(className) : "");
    const here = new Map(rows().filter((row) => cellOf(row, "name").value).map((row) => [identity(cellOf(row, "name").value, cellOf(row, "class_name").value), row]));
    const free = rows().filter(isBlank);
    const textOf = (texts, field) => texts[columns.indexOf(field)] ?? "";
    const classOf = (texts) => withGrade(textOf(texts, "grade").trim(), textOf(texts, "class_name").trim());
    return (texts) => here.get(identity(textOf(texts, "name"), classOf(texts))) ?? free.shift() ?? step.row();
  }

  function fillRow(step, row, columns, texts, empties) {
    const grade = texts[columns.indexOf("grade")] ?? "";
    texts.forEach((text, column) => {
      const cell = columns[column] && cellOf(row, columns[column]);
      if (cell && (empties || text.trim())) step.put(cell, columns[column] === "class_name" ? withGrade(grade.trim(), text.trim()) : text);
    });
    if (grade && !columns.includes("class_name")) step.put(cellOf(row, "class_name"), grade);
  }

  const withGrade = (grade, text) => (!grade || text.startsWith(grade) ? text : grade + (grade.endsWith("级") || !text ? "" : " ") + text);

  function tellLeftOut(fields, headings, names) {
    const noLoss = [...names, "grade", "serial", "export_number"];
    const left = (fields ? headings : []).filter((text, column) => text.trim() && !noLoss.includes(fields[column]));
    if (left.length) statusLine.textContent += " " + fill(words.left_out, { columns: left.join(", ") });
  }

  function tellRenamed(touched) {
    const renamed = [...touched].filter(([cell, value]) => fieldOf(cell) === "name" && value && cell.value !== value && rowOf(cell).querySelector("[name$='-seen']"));
    if (renamed.length) statusLine.textContent += " " + fill(words.renamed, { rows: renamed.length });
  }

  // ---- seats

  function countRoles() {
    const named = { pupil: 0, staff: 0 };
    for (const row of rows()) if (!isBlank(row) && !outOf(row).checked) named[cellOf(row, "role").value === "staff" ? "staff" : "pupil"] += 1;
    return named;
  }

  function showRoom() {
    const { pupil, staff } = countRoles();
    const seats = { pupil_seats: form.dataset.pupils, staff_seats: form.dataset.staff };
    const said = [fill(words.named, { pupils: pupil, staff, ...seats })];
    if (pupil > seats.pupil_seats) said.push(fill(words.too_many_pupils, { over: pupil - seats.pupil_seats }));
    if (staff > seats.staff_seats) said.push(fill(words.too_many_staff, { over: staff - seats.staff_seats }));
    const text = said.join(" · ");
    if (roomLine.textContent !== text) roomLine.textContent = text;
    roomLine.classList.toggle("text-danger", said.length > 1);
  }

  // ---- unsaved changes

  const content = () => JSON.stringify([...new FormData(form)].filter(([name, value]) => value && !/^(csrf_token|n\d+-role)$/.test(name)));
  const asServed = content();
  const isUnsaved = () => "unsaved" in form.dataset || content() !== asServed;

  addEventListener("beforeunload", (event) => {
    if (!isSaving && isUnsaved()) event.preventDefault();
  });
  form.addEventListener("submit", () => { isSaving = true; });
  addEventListener("pageshow", () => { isSaving = false; });

  // ---- what people do

  const ASIDE = { ArrowLeft: -1, ArrowRight: 1 };
  const DOWN = { ArrowUp: -1, ArrowDown: 1 };

  const isCommandKey = (event) => (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;

  form.addEventListener("keydown", (event) => {
    if (!isCommandKey(event) || event.key !== "s") return;
    event.preventDefault();
    form.requestSubmit();
  });

  body.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (event.isComposing || event.keyCode === 229) return; // an input method is at work
    const isCommand = isCommandKey(event);
    if (!isCell(cell)) {
      if (event.key !== "Enter") return; // in a box to tick it would send the form
    }
    else if (isCommand && event.key === "d") copyFromAbove();
    else if (isCommand && event.key === "z" && cell.value === before) undo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "Enter") goDown(cell, event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && cell.value !== before) restore(cell);
    else if (event.key in DOWN && !event.shiftKey && cell.tagName !== "SELECT") goDown(cell, DOWN[event.key]);
    else if (event.key in ASIDE && !event.shiftKey && leavesAt(cell, event.key)) goAside(cell, ASIDE[event.key]);
    else {
      isTabbing = event.key === "Tab";
      hasArrived &&= isTabbing;
      return;
    }
    event.preventDefault();
  });

  function restore(cell) {
    cell.value = before;
    hasChanged();
    tell("restored");
    enter(cell);
  }

  body.addEventListener("focusin", (event) => {
    if (!isCell(event.target)) return;
    if (event.target !== current) hasArrived = isTabbing;
    isTabbing = false;
    current = event.target;
    before = current.value;
  });
  body.addEventListener("mousedown", () => { hasArrived = isTabbing = false; });
  form.addEventListener("input", (event) => {
    if (event.target === current) hasArrived = false;
    showRoom();
  });

  body.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!isCell(event.target) || (event.target.tagName !== "SELECT" && !/[\t\n\r]/.test(text.replace(/[\r\n]+$/, "")))) return;
    event.preventDefault();
    paste(event.target, text);
  });

  body.addEventListener("change", (event) => {
    if (event.target === current && current.value !== before) {
      steps.push({ touched: new Map([[current, before]]), outs: new Map(), added: [] });
      before = current.value;
    }
    if (event.target.type !== "checkbox") return;
    const row = rows().indexOf(rowOf(event.target)) + 1;
    const isOut = event.target.checked;
    event.target.checked = !isOut;
    change((step) => step.out(event.target, isOut));
    tell(isOut ? "out" : "in_again", { row });
  });

  form.querySelector("[name=more]").addEventListener("click", (event) => {
    event.preventDefault();
    const first = cellsOf(addRow())[0];
    for (let count = 1; count < 10; count += 1) addRow();
    enter(first);
    tell("more", { rows: 10 });
  });
  undoButton.addEventListener("click", undo);
  copyButton.addEventListener("click", copyFromAbove);
  for (const one of [undoButton, copyButton, document.getElementById("grid-help")]) one.hidden = false;
  showRoom();
})();
