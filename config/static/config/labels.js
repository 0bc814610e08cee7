'use strict';
// Django's box for many choices puts aria-label on spans without a role, which no screen reader has to read. It is made
// on load: what waits for no time at all comes after it.
window.addEventListener('load', () => setTimeout(() => {
    for (const icon of document.querySelectorAll('.selector .search-label-icon')) {
        icon.setAttribute('role', 'img');
    }
}));
