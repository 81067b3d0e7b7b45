// A lock token is a GUID; as a delivery tag its first three groups are written little-endian, as .NET does.
import rhea from "rhea";

const swapGroups = (bytes: Buffer): Buffer => {
  const swapped = Buffer.from(bytes);
  swapped.subarray(0, 4).reverse();
  swapped.subarray(4, 6).reverse();
  swapped.subarray(6, 8).reverse();
  return swapped;
};

export const tagFromToken = (token: string): Buffer => swapGroups(rhea.string_to_uuid(token));

export const tokenFromTag = (tag: Buffer): string => (tag.length === 16 ? rhea.uuid_to_string(swapGroups(tag)) : "");
