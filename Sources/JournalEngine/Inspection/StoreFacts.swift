import FileIO
import JournalFormat

/// What has been established about a store so far.
struct StoreFacts {
  var store: StoreIdentity?
  var watermark: Watermark?
  var watermarkFinding: InspectionFinding?
  var segments: [LogSequenceNumber: SegmentFacts] = [:]
  var snapshots: [SnapshotRange: SnapshotFacts] = [:]
  var keysAtRisk = KeysAtRisk()
  var hasWriter = false
  var hasCompaction = false
}
