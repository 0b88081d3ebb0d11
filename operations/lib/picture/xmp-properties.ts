/** What properties of XMP are about, by their namespaces and names. */
import type { Subject } from './metadata-choice.ts';

export const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const TIFF = 'http://ns.adobe.com/tiff/1.0/';
const EXIF = 'http://ns.adobe.com/exif/1.0/';
const EXIF_EX = 'http://cipa.jp/exif/1.0/';
const XMP = 'http://ns.adobe.com/xap/1.0/';
const DC = 'http://purl.org/dc/elements/1.1/';
const PHOTOSHOP = 'http://ns.adobe.com/photoshop/1.0/';
const IPTC_CORE = 'http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/';
const IPTC_EXT = 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/';

export const ORIENTATION = { uri: TIFF, local: 'Orientation' };

/** Patterns of names by namespace. */
type Properties = Readonly<Record<string, RegExp>>;

/** Sizes, encoding, previews, and positions in the original picture or file. */
const OUTDATED: Properties = {
  [TIFF]:
    /^(ImageWidth|ImageLength|BitsPerSample|Compression|PhotometricInterpretation|SamplesPerPixel|PlanarConfiguration|YCbCr.*|NativeDigest)$/,
  [EXIF]: /^(PixelXDimension|PixelYDimension|ColorSpace|SubjectArea|SubjectLocation|MakerNote|NativeDigest)$/,
  [XMP]: /^Thumbnails$/,
  [DC]: /^format$/,
  [PHOTOSHOP]: /^(ColorMode|ICCProfile)$/,
  [IPTC_EXT]: /^ImageRegion$/,
  'http://ns.adobe.com/xap/1.0/mm/': /^Pantry$/,
  'http://ns.adobe.com/xmp/note/': /^HasExtendedXMP$/,
  'http://ns.adobe.com/camera-raw-settings/1.0/': /Crop/,
  'http://ns.adobe.com/hdr-gain-map/1.0/': /./,
  'http://ns.apple.com/HDRGainMap/1.0/': /./,
  'http://ns.apple.com/faceinfo/1.0/': /./,
  'http://ns.google.com/photos/1.0/panorama/': /./,
  'http://ns.google.com/photos/1.0/container/': /./,
  'http://ns.google.com/photos/1.0/camera/': /^(MicroVideo|MotionPhoto)/,
  'http://ns.google.com/photos/1.0/depthmap/': /./,
  'http://ns.google.com/photos/1.0/image/': /./,
  'http://ns.google.com/photos/1.0/audio/': /./,
  'http://ns.microsoft.com/photo/1.2/': /^RegionInfo$/,
  'http://www.metadataworkinggroup.com/schemas/regions/': /^Regions$/,
};

const LOCATION: Properties = {
  [DC]: /^coverage$/,
  [PHOTOSHOP]: /^(City|State|Country)$/,
  [IPTC_CORE]: /^(Location|CountryCode)$/,
  [IPTC_EXT]: /^(LocationCreated|LocationShown)$/,
};

/** In any namespace, such as those of drones. */
const GPS = /^GPS/i;

const COPYRIGHT: Properties = {
  [TIFF]: /^(Artist|Copyright)$/,
  [DC]: /^(creator|rights)$/,
  [PHOTOSHOP]: /^(AuthorsPosition|Credit|Source)$/,
  [IPTC_CORE]: /^CreatorContactInfo$/,
  'http://ns.adobe.com/xap/1.0/rights/': /./,
  'http://creativecommons.org/ns#': /./,
  'http://ns.useplus.org/ldf/xmp/1.0/': /./,
};

const CAPTURE_DATE: Properties = {
  [EXIF]: /^DateTime(Original|Digitized)$/,
  [EXIF_EX]: /^OffsetTime(Original|Digitized)$/,
  [XMP]: /^CreateDate$/,
  [PHOTOSHOP]: /^DateCreated$/,
};

const CAMERA: Properties = {
  [TIFF]: /^(Make|Model)$/,
  [EXIF]:
    /^(Exposure.*|FNumber|SpectralSensitivity|ISOSpeedRatings|OECF|ShutterSpeedValue|ApertureValue|BrightnessValue|MaxApertureValue|SubjectDistance|SubjectDistanceRange|MeteringMode|LightSource|Flash|FlashEnergy|FocalLength.*|FocalPlane.*|SensingMethod|CustomRendered|WhiteBalance|DigitalZoomRatio|SceneCaptureType|GainControl|Contrast|Saturation|Sharpness|DeviceSettingDescription)$/,
  [EXIF_EX]:
    /^(PhotographicSensitivity|SensitivityType|StandardOutputSensitivity|RecommendedExposureIndex|ISOSpeed.*|LensSpecification|LensMake|LensModel)$/,
  'http://ns.adobe.com/exif/1.0/aux/': /^(Lens|LensInfo|LensID)$/,
};

const matches = (properties: Properties, uri: string, local: string): boolean =>
  properties[uri]?.test(local) ?? false;

/** Whether a property describes the original picture instead of the result. */
export const isOutdated = (uri: string, local: string): boolean => matches(OUTDATED, uri, local);

/** The subject of a property. */
export function subjectOf(uri: string, local: string): Subject | undefined {
  if (GPS.test(local) || matches(LOCATION, uri, local)) return 'location';
  if (matches(COPYRIGHT, uri, local)) return 'copyright';
  if (matches(CAPTURE_DATE, uri, local)) return 'capture-date';
  return matches(CAMERA, uri, local) ? 'camera' : undefined;
}
