/** Detects points of one picture. */
import { DETECTION, type Detection, task } from '../../operations/poi-detection/detection.ts';
import { params as schema } from '../../operations/poi-detection/params.ts';
import { runPictureTask } from './picture-processes.ts';

/** @throws What the detection throws. */
export async function detectPoints(
  bytes: Uint8Array,
  params: Record<string, unknown> = {},
): Promise<Detection> {
  const { files } = await runPictureTask(
    task,
    bytes,
    schema.parse({ overlay: false, ...params }),
    'slide.png',
  );
  return JSON.parse(String(files.get(DETECTION)));
}
