import DataSources

/// Rows as lines of NDJSON: complete ones, each with its line feed.
struct NDJSONRows: PayloadData, Equatable {
  var bytes: [UInt8]
  var rowCount: Int

  var byteCount: Int { bytes.count }
}
