// Goes on to the gateway's form without a press, but only when the page was come to: going back must not bounce forward.
const [arrival] = performance.getEntriesByType("navigation");
if (!arrival || arrival.type === "navigate") document.getElementById("pay").requestSubmit();
