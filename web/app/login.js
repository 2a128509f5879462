/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The login page: sends the form, and says what went wrong beside it.
 */

const form = document.querySelector('form');
const problem = document.querySelector('#problem');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true; /* the gateway makes a wrong password wait */
  problem.textContent = '';
  problem.textContent = await logIn();
  button.disabled = false;
  if (problem.textContent) {
    form.elements.password.select();
  }
});

/* Returns what went wrong, or '' while the page goes on to the viewer. */
async function logIn() {
  try {
    const response = await fetch('login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    if (response.ok) {
      location.replace(new URL(`.${location.hash}`, document.baseURI));
      return '';
    }
    if (response.status === 401) {
      return 'Wrong user or password.';
    }
    const { error } = await response.json();
    return `The gateway refused: ${error}.`;
  } catch {
    return 'The gateway cannot be reached.';
  }
}
