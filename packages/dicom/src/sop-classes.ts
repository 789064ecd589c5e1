import type { DimseService } from './association/command-fields.ts';
import { serviceSopClasses, type ServiceClassName } from './service-classes.ts';

/** The root of the storage SOP classes of the standard (PS3.4 section B.5). */
export const storageRoot = '1.2.840.10008.5.1.4.1.1.';

/** Verification: C-ECHO (PS3.4 annex A). */
export const verificationSopClass = '1.2.840.10008.1.1';

/** The root of every UID of the standard; a SOP class elsewhere is private (PS3.5 section 9.2). */
export const standardRoot = '1.2.840.10008.';

/** The keyword of a SOP class, `CTImageStorage`; undefined when it is private or newer than the table. */
export function sopClassName(uid: string): string | undefined {
  return keywords.get(uid);
}

/** The UID of a SOP class by its keyword or name: `CT Image Storage`. */
export function findSopClass(text: string): string | undefined {
  return uids.get(letters(text));
}

/**
 * The service class a SOP class belongs to: a private one is for storage; undefined for one of the standard that
 * none of ours has.
 */
export function serviceClassOf(uid: string): ServiceClassName | undefined {
  if (uid === verificationSopClass) return 'verification';
  if (uid.startsWith(storageRoot) || !uid.startsWith(standardRoot)) return 'storage';
  return serviceSopClasses.get(uid)?.serviceClass;
}

/**
 * Says whether a SOP class has a DIMSE service. One of the standard that is in no service class of ours, which only
 * the setting `presentationContexts` can let in, may have any.
 */
export function hasService(uid: string, service: DimseService): boolean {
  const serviceClass = serviceClassOf(uid);
  if (serviceClass === undefined) return service !== 'C-ECHO';
  if (serviceClass === 'verification') return service === 'C-ECHO';
  if (serviceClass === 'storage') return service === 'C-STORE';
  return serviceSopClasses.get(uid)?.services.includes(service) ?? false;
}

function letters(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

// PS3.6 table A-1: what follows the storage root, and the keyword; retired ones too, for they are still sent.
const rows = `
1 ComputedRadiographyImageStorage
1.1 DigitalXRayImageStorageForPresentation
1.1.1 DigitalXRayImageStorageForProcessing
1.2 DigitalMammographyXRayImageStorageForPresentation
1.2.1 DigitalMammographyXRayImageStorageForProcessing
1.3 DigitalIntraOralXRayImageStorageForPresentation
1.3.1 DigitalIntraOralXRayImageStorageForProcessing
2 CTImageStorage
2.1 EnhancedCTImageStorage
2.2 LegacyConvertedEnhancedCTImageStorage
3 UltrasoundMultiFrameImageStorageRetired
3.1 UltrasoundMultiFrameImageStorage
4 MRImageStorage
4.1 EnhancedMRImageStorage
4.2 MRSpectroscopyStorage
4.3 EnhancedMRColorImageStorage
4.4 LegacyConvertedEnhancedMRImageStorage
5 NuclearMedicineImageStorageRetired
6 UltrasoundImageStorageRetired
6.1 UltrasoundImageStorage
6.2 EnhancedUSVolumeStorage
7 SecondaryCaptureImageStorage
7.1 MultiFrameSingleBitSecondaryCaptureImageStorage
7.2 MultiFrameGrayscaleByteSecondaryCaptureImageStorage
7.3 MultiFrameGrayscaleWordSecondaryCaptureImageStorage
7.4 MultiFrameTrueColorSecondaryCaptureImageStorage
8 StandaloneOverlayStorage
9 StandaloneCurveStorage
9.1 WaveformStorageTrial
9.1.1 TwelveLeadECGWaveformStorage
9.1.2 GeneralECGWaveformStorage
9.1.3 AmbulatoryECGWaveformStorage
9.2.1 HemodynamicWaveformStorage
9.3.1 CardiacElectrophysiologyWaveformStorage
9.4.1 BasicVoiceAudioWaveformStorage
9.4.2 GeneralAudioWaveformStorage
9.5.1 ArterialPulseWaveformStorage
9.6.1 RespiratoryWaveformStorage
9.6.2 MultichannelRespiratoryWaveformStorage
9.7.1 RoutineScalpElectroencephalogramWaveformStorage
9.7.2 ElectromyogramWaveformStorage
9.7.3 ElectrooculogramWaveformStorage
9.7.4 SleepElectroencephalogramWaveformStorage
9.8.1 BodyPositionWaveformStorage
10 StandaloneModalityLUTStorage
11 StandaloneVOILUTStorage
11.1 GrayscaleSoftcopyPresentationStateStorage
11.2 ColorSoftcopyPresentationStateStorage
11.3 PseudoColorSoftcopyPresentationStateStorage
11.4 BlendingSoftcopyPresentationStateStorage
11.5 XAXRFGrayscaleSoftcopyPresentationStateStorage
11.6 GrayscalePlanarMPRVolumetricPresentationStateStorage
11.7 CompositingPlanarMPRVolumetricPresentationStateStorage
11.8 AdvancedBlendingPresentationStateStorage
11.9 VolumeRenderingVolumetricPresentationStateStorage
11.10 SegmentedVolumeRenderingVolumetricPresentationStateStorage
11.11 MultipleVolumeRenderingVolumetricPresentationStateStorage
12.1 XRayAngiographicImageStorage
12.1.1 EnhancedXAImageStorage
12.2 XRayRadiofluoroscopicImageStorage
12.2.1 EnhancedXRFImageStorage
12.3 XRayAngiographicBiPlaneImageStorage
13.1.1 XRay3DAngiographicImageStorage
13.1.2 XRay3DCraniofacialImageStorage
13.1.3 BreastTomosynthesisImageStorage
13.1.4 BreastProjectionXRayImageStorageForPresentation
13.1.5 BreastProjectionXRayImageStorageForProcessing
14.1 IntravascularOpticalCoherenceTomographyImageStorageForPresentation
14.2 IntravascularOpticalCoherenceTomographyImageStorageForProcessing
20 NuclearMedicineImageStorage
30 ParametricMapStorage
66 RawDataStorage
66.1 SpatialRegistrationStorage
66.2 SpatialFiducialsStorage
66.3 DeformableSpatialRegistrationStorage
66.4 SegmentationStorage
66.5 SurfaceSegmentationStorage
66.6 TractographyResultsStorage
67 RealWorldValueMappingStorage
68.1 SurfaceScanMeshStorage
68.2 SurfaceScanPointCloudStorage
77.1 VLImageStorageTrial
77.1.1 VLEndoscopicImageStorage
77.1.1.1 VideoEndoscopicImageStorage
77.1.2 VLMicroscopicImageStorage
77.1.2.1 VideoMicroscopicImageStorage
77.1.3 VLSlideCoordinatesMicroscopicImageStorage
77.1.4 VLPhotographicImageStorage
77.1.4.1 VideoPhotographicImageStorage
77.1.5.1 OphthalmicPhotography8BitImageStorage
77.1.5.2 OphthalmicPhotography16BitImageStorage
77.1.5.3 StereometricRelationshipStorage
77.1.5.4 OphthalmicTomographyImageStorage
77.1.5.5 WideFieldOphthalmicPhotographyStereographicProjectionImageStorage
77.1.5.6 WideFieldOphthalmicPhotography3DCoordinatesImageStorage
77.1.5.7 OphthalmicOpticalCoherenceTomographyEnFaceImageStorage
77.1.5.8 OphthalmicOpticalCoherenceTomographyBscanVolumeAnalysisStorage
77.1.6 VLWholeSlideMicroscopyImageStorage
77.1.7 DermoscopicPhotographyImageStorage
77.2 VLMultiFrameImageStorageTrial
78.1 LensometryMeasurementsStorage
78.2 AutorefractionMeasurementsStorage
78.3 KeratometryMeasurementsStorage
78.4 SubjectiveRefractionMeasurementsStorage
78.5 VisualAcuityMeasurementsStorage
78.6 SpectaclePrescriptionReportStorage
78.7 OphthalmicAxialMeasurementsStorage
78.8 IntraocularLensCalculationsStorage
79.1 MacularGridThicknessAndVolumeReportStorage
80.1 OphthalmicVisualFieldStaticPerimetryMeasurementsStorage
81.1 OphthalmicThicknessMapStorage
82.1 CornealTopographyMapStorage
88.1 TextSRStorageTrial
88.2 AudioSRStorageTrial
88.3 DetailSRStorageTrial
88.4 ComprehensiveSRStorageTrial
88.11 BasicTextSRStorage
88.22 EnhancedSRStorage
88.33 ComprehensiveSRStorage
88.34 Comprehensive3DSRStorage
88.35 ExtensibleSRStorage
88.40 ProcedureLogStorage
88.50 MammographyCADSRStorage
88.59 KeyObjectSelectionDocumentStorage
88.65 ChestCADSRStorage
88.67 XRayRadiationDoseSRStorage
88.68 RadiopharmaceuticalRadiationDoseSRStorage
88.69 ColonCADSRStorage
88.70 ImplantationPlanSRStorage
88.71 AcquisitionContextSRStorage
88.72 SimplifiedAdultEchoSRStorage
88.73 PatientRadiationDoseSRStorage
88.74 PlannedImagingAgentAdministrationSRStorage
88.75 PerformedImagingAgentAdministrationSRStorage
88.76 EnhancedXRayRadiationDoseSRStorage
90.1 ContentAssessmentResultsStorage
91.1 MicroscopyBulkSimpleAnnotationsStorage
104.1 EncapsulatedPDFStorage
104.2 EncapsulatedCDAStorage
104.3 EncapsulatedSTLStorage
104.4 EncapsulatedOBJStorage
104.5 EncapsulatedMTLStorage
128 PositronEmissionTomographyImageStorage
128.1 LegacyConvertedEnhancedPETImageStorage
129 StandalonePETCurveStorage
130 EnhancedPETImageStorage
131 BasicStructuredDisplayStorage
200.1 CTDefinedProcedureProtocolStorage
200.2 CTPerformedProcedureProtocolStorage
200.3 ProtocolApprovalStorage
200.4 ProtocolApprovalInformationModelFind
200.5 ProtocolApprovalInformationModelMove
200.6 ProtocolApprovalInformationModelGet
200.7 XADefinedProcedureProtocolStorage
200.8 XAPerformedProcedureProtocolStorage
481.1 RTImageStorage
481.2 RTDoseStorage
481.3 RTStructureSetStorage
481.4 RTBeamsTreatmentRecordStorage
481.5 RTPlanStorage
481.6 RTBrachyTreatmentRecordStorage
481.7 RTTreatmentSummaryRecordStorage
481.8 RTIonPlanStorage
481.9 RTIonBeamsTreatmentRecordStorage
481.10 RTPhysicianIntentStorage
481.11 RTSegmentAnnotationStorage
481.12 RTRadiationSetStorage
481.13 CArmPhotonElectronRadiationStorage
481.14 TomotherapeuticRadiationStorage
481.15 RoboticArmRadiationStorage
481.16 RTRadiationRecordSetStorage
481.17 RTRadiationSalvageRecordStorage
481.18 TomotherapeuticRadiationRecordStorage
481.19 CArmPhotonElectronRadiationRecordStorage
481.20 RoboticRadiationRecordStorage
481.21 RTRadiationSetDeliveryInstructionStorage
481.22 RTTreatmentPreparationStorage
501.1 DICOSCTImageStorage
501.2.1 DICOSDigitalXRayImageStorageForPresentation
501.2.2 DICOSDigitalXRayImageStorageForProcessing
501.3 DICOSThreatDetectionReportStorage
501.4 DICOS2DAITStorage
501.5 DICOS3DAITStorage
501.6 DICOSQuadrupoleResonanceStorage
601.1 EddyCurrentImageStorage
601.2 EddyCurrentMultiFrameImageStorage
`;

const keywords: ReadonlyMap<string, string> = new Map([
  [verificationSopClass, 'Verification'],
  ...[...serviceSopClasses.values()].map(({ uid, keyword }): [string, string] => [uid, keyword]),
  ...rows
    .trim()
    .split('\n')
    .map((row) => row.split(' ') as [string, string])
    .map(([suffix, keyword]): [string, string] => [storageRoot + suffix, keyword]),
]);

/** The UIDs of all SOP classes that have a name here. */
export const knownSopClasses: readonly string[] = [...keywords.keys()];

const uids: ReadonlyMap<string, string> = new Map(
  [...keywords].map(([uid, keyword]) => [letters(keyword), uid]),
);
