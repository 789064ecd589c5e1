/** A page in the navigation. */
export interface Place {
  readonly path: string;
  readonly title: string;
  /** Pressed after `g` it leads there. */
  readonly key?: string;
}

/** The navigation, in the order of its groups. */
export const places: readonly { readonly title: string; readonly places: readonly Place[] }[] = [
  {
    title: 'Now',
    places: [
      { path: '/', title: 'Production', key: 'p' },
      { path: '/queues', title: 'Queues', key: 'q' },
      { path: '/associations', title: 'Associations', key: 'a' },
      { path: '/activity', title: 'Activity', key: 'y' },
    ],
  },
  {
    title: 'What came',
    places: [
      { path: '/messages', title: 'Messages', key: 'm' },
      { path: '/studies', title: 'Studies', key: 's' },
    ],
  },
  {
    title: 'What went wrong',
    places: [
      { path: '/suspended', title: 'Suspended', key: 'u' },
      { path: '/alerts', title: 'Alerts', key: 'l' },
      { path: '/events', title: 'Events', key: 'e' },
    ],
  },
  {
    title: 'Trying out',
    places: [
      { path: '/testing', title: 'Testing service', key: 't' },
      { path: '/echo', title: 'C-ECHO', key: 'c' },
    ],
  },
  {
    title: 'Who',
    places: [
      { path: '/users', title: 'Users', key: 'w' },
      { path: '/tokens', title: 'Tokens', key: 'k' },
      { path: '/audit', title: 'Audit trail', key: 'd' },
    ],
  },
];
