// Keeps the page current. The server writes the HTML; this puts in what has changed, so that a focus, a
// selection and a scroll position stay where they are.

const interval = 2000;
const content = document.querySelector('#content');
const connection = document.querySelector('#connection');
let silentSince;

async function refresh() {
  try {
    const response = await fetch('/content', { signal: AbortSignal.timeout(5000) });
    const { body } = new DOMParser().parseFromString(await response.text(), 'text/html');
    // A record that cannot be read is said by the content; anything else is not ours to show.
    if (!response.ok && response.status !== 503) throw new Error(`status ${response.status}`);
    matchChildren(content, body);
    answering();
  } catch {
    notAnswering();
  }
  setTimeout(refresh, interval);
}

function answering() {
  if (silentSince === undefined) return;
  silentSince = undefined;
  connection.hidden = true;
  connection.textContent = '';
  content.classList.remove('old');
}

function notAnswering() {
  if (silentSince !== undefined) return;
  silentSince = new Date();
  connection.textContent =
    `▲ Not answering since ${silentSince.toLocaleTimeString()}. What is shown below is older; ` +
    'see whether the production still runs: npx production status';
  connection.hidden = false;
  content.classList.add('old');
}

/** Makes the children of `here` as those of `there`, changing no node that is the same already. */
function matchChildren(here, there) {
  const wanted = [...there.childNodes];
  const present = [...here.childNodes];
  for (const extra of present.slice(wanted.length)) extra.remove();
  wanted.forEach((node, index) => {
    const old = present[index];
    if (!old) here.append(node);
    else if (old.isEqualNode(node)) return;
    else if (old.nodeName !== node.nodeName) old.replaceWith(node);
    else if (node.nodeType === Node.ELEMENT_NODE) matchElement(old, node);
    else old.nodeValue = node.nodeValue;
  });
}

function matchElement(here, there) {
  for (const name of here.getAttributeNames()) {
    if (!there.hasAttribute(name)) here.removeAttribute(name);
  }
  for (const { name, value } of there.attributes) here.setAttribute(name, value);
  matchChildren(here, there);
}

setTimeout(refresh, interval);
