/* Without this: adding to the cart leads to the cart page.
   With it the answer arrives as a dialog and opens over the page; focus goes back to where it was. */
const slot = document.getElementById("cart-drawer-slot");

const openDrawer = () => {
  const drawer = slot?.querySelector("dialog");
  if (!drawer || drawer.open) return;
  const opener = document.activeElement;
  drawer.showModal();
  drawer.addEventListener("close", () => opener?.isConnected && opener.focus(), { once: true });
};

if (slot) {
  document.addEventListener("htmx:after:swap", openDrawer);
  slot.addEventListener("click", (event) => {
    const drawer = event.target.closest("dialog");
    const leaves = event.target === drawer || event.target.closest("[data-close]");
    if (drawer && leaves) {
      event.preventDefault();
      drawer.close();
    }
  });
}
