/* Without this: the cart link has no number.
   The count is in a cookie that every change of the cart sets, so that pages can be cached whole. */
const cartCount = () => Number(document.cookie.match(/(?:^|; )cart_count=(\d+)/)?.[1] ?? 0);

const showCartCount = () => {
  const count = cartCount();
  for (const badge of document.querySelectorAll("[data-cart-count]")) {
    badge.textContent = count > 99 ? "99+" : count || "";
    badge.hidden = !count;
  }
};

showCartCount();
addEventListener("pageshow", showCartCount);
document.addEventListener("visibilitychange", showCartCount);
document.addEventListener("htmx:after:request", showCartCount);
