import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyReply } from 'fastify';

/** What a route answers with that is a file and no JSON. */
export class FileAnswer {
  readonly path: string;
  readonly mediaType: string;
  /** As whoever asks may keep it: letters, digits, points and hyphens. */
  readonly name: string;
  readonly bytes: number;
  /** Whether its folder was made for this answer alone and goes with it. */
  readonly passing: boolean;

  constructor(file: Pick<FileAnswer, 'path' | 'mediaType' | 'name' | 'bytes' | 'passing'>) {
    ({ path: this.path, mediaType: this.mediaType, name: this.name, bytes: this.bytes, passing: this.passing } = file);
  }
}

/**
 * Has `write` make a file in a folder of its own: it is whole, and the database is left, before the first byte goes out to a slow reader; what
 * fails on the way is an answer of its own and not half a file. The folder goes when the answer was sent, or `write` throws.
 */
export async function fileAnswer(write: (path: string) => Promise<Pick<FileAnswer, 'mediaType' | 'name'>>): Promise<FileAnswer> {
  const folder = await mkdtemp(join(tmpdir(), 'kpi-answer-'));
  try {
    const path = join(folder, 'answer');
    const written = await write(path);
    return new FileAnswer({ path, ...written, bytes: (await stat(path)).size, passing: true });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Sends it, and removes it whatever becomes of the reader. */
export function sendFile(reply: FastifyReply, status: number, { path, mediaType, name, bytes, passing }: FileAnswer): FastifyReply {
  const stream = createReadStream(path);
  if (passing) stream.once('close', () => void rm(join(path, '..'), { recursive: true, force: true }).catch(() => undefined));
  // Gone before the first byte: nobody else would close it.
  reply.raw.once('close', () => stream.destroy());
  return reply
    .code(status)
    .type(mediaType)
    .headers({ 'content-disposition': `attachment; filename="${name}"`, 'content-length': String(bytes) })
    .send(stream);
}
