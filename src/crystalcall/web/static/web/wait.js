// Looks again while the payment is being confirmed: after 2 seconds, then ever more slowly, a dozen times at most.
// The count is kept in the history entry, which survives a reload and needs no storage.
const tried = history.state?.tried ?? 0;
if (tried < 12) {
  setTimeout(() => {
    history.replaceState({ tried: tried + 1 }, "");
    location.reload();
  }, Math.min(2000 * 1.5 ** tried, 60000));
}
