/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The page: which heads it shows, and where everything is wired.
 */

import { ALL, choiceFromHash, hashFromChoice } from './address.js';
import { HeadView } from './head_view.js';
import { arrange } from './layout.js';
import { Link, State } from './link.js';
import { Notice } from './notice.js';
import { Overlay } from './overlay.js';
import { Answer, ask, goToLogin, logOut } from './session.js';
import { Toolbar } from './toolbar.js';
import { TouchChannel } from './touch_channel.js';

/* Between two heads that are shown at once, in CSS pixels. */
const GAP = 2;

const FIRST_HEAD = { index: 0, width: 1920, height: 1080, notice: '' };

class App {
  #choice = choiceFromHash(location.hash);
  #heads = [FIRST_HEAD];
  #views = new Map(); /* index → HeadView, of every head that was ever shown */
  #fits = true;
  #active = null;     /* the view that had the keyboard last */

  #stage = document.querySelector('#stage');
  #link = new Link();
  #touch = new TouchChannel(() => this.#views.forEach((view) => view.cancelTouch()));
  #toolbar = new Toolbar(document.querySelector('#page'));
  #overlay = new Overlay(document.querySelector('#numbers'), () => this.#tallies());
  #notice = new Notice(this.#stage, {
    action: { label: 'Try now', run: () => this.#link.retry() },
  });

  start() {
    this.#toolbar.addEventListener('choose', ({ detail }) => {
      location.hash = hashFromChoice(detail);
    });
    this.#toolbar.addEventListener('fit', ({ detail }) => this.#fit(detail));
    this.#toolbar.addEventListener('ctrlaltdelete', () => this.#active?.sendCtrlAltDelete());
    this.#toolbar.addEventListener('numbers', ({ detail }) => this.#toggleNumbers(detail));
    this.#overlay.addEventListener('toggle', ({ detail }) => this.#handleOverlay(detail));
    this.#toolbar.addEventListener('logout', () => logOut());
    window.addEventListener('hashchange', () => this.#choose(choiceFromHash(location.hash)));
    this.#link.addEventListener('change', () => this.#handleLink());
    new ResizeObserver(() => this.#arrange()).observe(this.#stage);
    this.#show();
    this.#overlay.restore();
    this.#link.open();
    this.#nameGuest();
  }

  async #nameGuest() {
    const { answer, status } = await ask();
    if (answer === Answer.WELCOME) {
      this.#toolbar.guest = status.name;
      this.#toolbar.canLogOut = status.access.mode !== 'open';
      document.title = `${status.name} – Windscreen`;
    }
  }

  #handleLink() {
    const { state, heads } = this.#link;
    if (state === State.LOGIN) {
      goToLogin();
      return;
    }
    if (heads.length > 0) {
      this.#heads = heads;
    }
    if (state === State.OPEN) {
      this.#touch.open();
    } else {
      this.#touch.close();
    }
    this.#show();
  }

  /* Who toggles them by the key goes on typing to the guest. */
  #toggleNumbers({ byKey }) {
    this.#overlay.isOpen = !this.#overlay.isOpen;
    if (byKey) {
      this.#active?.focus();
    }
  }

  #handleOverlay({ hadFocus }) {
    this.#toolbar.showsNumbers = this.#overlay.isOpen;
    if (hadFocus) {
      this.#active?.focus();
    }
  }

  #tallies() {
    return new Map([...this.#views].flatMap(([index, { tally }]) => tally ? [[index, tally]] : []));
  }

  #choose(choice) {
    this.#choice = choice;
    this.#active = null;
    this.#show();
    this.#active?.focus();
  }

  #fit(fits) {
    this.#fits = fits;
    this.#views.forEach((view) => { view.fits = fits; });
  }

  /* An address may name a head that is not there; it may come yet. */
  #chosen() {
    return this.#heads.filter(({ index }) => this.#choice === ALL || this.#choice === index);
  }

  #show() {
    const { state } = this.#link;
    const chosen = this.#chosen();
    const shown = chosen.map((head) => this.#view(head.index));

    this.#toolbar.state = state;
    this.#toolbar.choice = this.#choice;
    this.#toolbar.showHeads(this.#heads.map(({ index }) => index));
    this.#notice.say(this.#whatIsWrong(chosen), { canAct: state === State.LOST });
    chosen.forEach((head, place) => { shown[place].reason = head.notice ?? ''; });
    this.#views.forEach((view) => {
      const isShown = shown.includes(view);
      view.element.hidden = !isShown;
      if (isShown && state === State.OPEN) {
        view.open();
      } else {
        view.close();
      }
    });
    this.#active ??= shown[0];
    this.#arrange();
  }

  /* With the page as a whole; each view says what is wrong with its head. */
  #whatIsWrong(chosen) {
    switch (this.#link.state) {
    case State.CONNECTING: return 'Connecting…';
    case State.LOST: return 'The gateway cannot be reached. This page keeps trying.';
    default: return chosen.length > 0 ? '' : `This guest has no head ${this.#choice}.`;
    }
  }

  #view(index) {
    let view = this.#views.get(index);
    if (!view) {
      view = new HeadView(index, this.#touch, (shown) => this.#handleShown(shown));
      view.fits = this.#fits;
      view.element.addEventListener('focusin', () => { this.#active = view; });
      this.#views.set(index, view);
      this.#stage.append(view.element);
    }
    return view;
  }

  /* Whoever was typing goes on typing after a break. */
  #handleShown(view) {
    if (view === this.#active && document.activeElement === document.body) {
      view.focus();
    }
  }

  #arrange() {
    const sizes = this.#chosen().map(({ width, height }) =>
      ({ width: width || FIRST_HEAD.width, height: height || FIRST_HEAD.height }));
    if (sizes.length === 0) {
      return;
    }
    const { columns, rows } = arrange(sizes, this.#stage.getBoundingClientRect(), GAP);
    this.#stage.classList.toggle('several', sizes.length > 1);
    this.#stage.style.gap = `${GAP}px`;
    this.#stage.style.gridTemplateColumns = tracks(columns);
    this.#stage.style.gridTemplateRows = tracks(rows);
  }
}

function tracks(sizes) {
  return sizes.map((size) => `${size}px`).join(' ');
}

new App().start();
