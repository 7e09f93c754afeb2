// The search: every page that has all the words, those with them in the title first.
const ROOT = document.body.dataset.root;
const HITS_MAX = 12;
const AROUND_CHARS = 60;
const input = document.querySelector(".search input");
const list = document.querySelector(".search ol");

function found(words) {
  const hits = [];
  for (const [url, title, text] of window.INDEX) {
    const inTitle = title.toLowerCase();
    const all = `${inTitle} ${text.toLowerCase()}`;
    if (words.every((word) => all.includes(word))) {
      const score = words.filter((word) => inTitle.includes(word)).length;
      hits.push({ url, title, text, score });
    }
  }
  return hits.sort((a, b) => b.score - a.score).slice(0, HITS_MAX);
}

function around(text, word) {
  const at = text.toLowerCase().indexOf(word);
  if (at < 0) return text.slice(0, 2 * AROUND_CHARS);
  const start = Math.max(0, at - AROUND_CHARS);
  return (start > 0 ? "…" : "") + text.slice(start, at + AROUND_CHARS) + "…";
}

function item({ url, title, text }, words) {
  const link = document.createElement("a");
  link.href = ROOT + url;
  link.append(Object.assign(document.createElement("b"), { textContent: title }));
  link.append(Object.assign(document.createElement("span"), { textContent: around(text, words[0]) }));
  const row = document.createElement("li");
  row.append(link);
  return row;
}

function search() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = words.length > 0 ? found(words) : [];
  list.replaceChildren(...hits.map((hit) => item(hit, words)));
  list.hidden = hits.length === 0;
}

input.addEventListener("input", search);
input.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    input.value = "";
    search();
  }
  if (event.key === "Enter") list.querySelector("a")?.click();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest(".search")) list.hidden = true;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== input) {
    event.preventDefault();
    input.focus();
  }
});
