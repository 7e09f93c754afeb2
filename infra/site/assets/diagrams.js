// Diagrams shrink to three quarters at most, so their text stays readable; a wider one scrolls. A click or Enter shows
// one on the whole screen.
const SHRINK_MAX = 0.75;
const { render } = mermaid;
mermaid.render = async (...drawing) => {
  const drawn = await render(...drawing);
  const svg = drawn.svg.replace(/max-width: ([\d.]+)px/, (all, px) => `${all}; min-width: ${SHRINK_MAX * px}px`);
  return { ...drawn, svg };
};

for (const diagram of document.querySelectorAll(".diagram")) {
  diagram.addEventListener("click", () => diagram.classList.toggle("large"));
  diagram.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") diagram.classList.toggle("large");
    if (key === "Escape") diagram.classList.remove("large");
  });
}
