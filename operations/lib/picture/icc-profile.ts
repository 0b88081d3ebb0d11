/** Reads the header of ICC profiles (ICC.1:2022, 7.2). */

/** Returns the colour model of the device, such as `RGB `, `GRAY` or `CMYK`; empty if the profile is too short. */
export const readProfileModel = (profile: Buffer): string => profile.toString('latin1', 16, 20);
