/** Profiles that the reader dropped or chose. */

/** The text of a profile, and its file. */
export interface NamedProfile {
  name: string;
  text: string;
}

export function isProfile(file: File): boolean {
  return /\.json$/i.test(file.name);
}

export function readProfiles(files: readonly File[]): Promise<NamedProfile[]> {
  return Promise.all(files.map(async (file) => ({ name: file.name, text: await file.text() })));
}
