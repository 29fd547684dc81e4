// Goes on to the gateway's form without a press, but only when the page was come to: going back must not bounce forward.
const [arrival] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("pay"));
if (!arrival || arrival.type === "navigate") form.requestSubmit();
