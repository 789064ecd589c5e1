import { CommanderError } from 'commander';
import { describeError, exitCodeOf, exitCodes } from './exit-code.ts';
import { createProgram } from './program.ts';
import { endWithReader, note } from './terminal/print.ts';
import { styleForError } from './terminal/style.ts';

endWithReader();
try {
  const program = await createProgram(process.argv.slice(2));
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    // It has said what is wrong; help and version were asked for.
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  } else {
    note(styleForError('red', describeError(error)));
    process.exitCode = exitCodeOf(error);
  }
}
