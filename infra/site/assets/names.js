// Names what the libraries leave without a name for screen readers.
new MutationObserver(() => {
  for (const nav of document.querySelectorAll(".md-code__nav:not([role])")) nav.role = "none";
  for (const button of document.querySelectorAll("[class*='copy-button']:not([aria-label])")) button.ariaLabel = "Copy";
}).observe(document.body, { childList: true, subtree: true });
