import { Document, isCollection, type Node } from 'yaml';
import type { ConfigValue } from './config.ts';

const widest = 80;

/** Values as YAML, each with a comment that says where it comes from. It is a production file again, but for what is masked. */
export function formatConfig(values: readonly ConfigValue[]): string {
  const document = new Document({});
  for (const { path, value, from, place } of values) {
    const node = document.createNode(value) as Node;
    const comment = ` ${from === 'file' ? place : from === 'default' ? from : `${from}, ${place}`}`;
    const isLong = isCollection(node) && JSON.stringify(value).length > widest;
    if (isCollection(node)) node.flow = !isLong;
    // Behind a long list nobody would see what it is about.
    if (isLong) node.commentBefore = comment;
    else node.comment = comment;
    document.setIn(path, node);
  }
  return document.toString({ lineWidth: 0 });
}
