/// A range of a file that is written by copying into memory.
///
/// What was stored is in the page cache, as if it had been written: other opens of the file read
/// it, it survives the death of the process at once, and a power cut only after ``File/sync()``.
/// It costs no system call, some 25 times less than one write.
///
/// Nothing is ever read through a mapping: an I/O error would end the process instead of being
/// an answer. And only what the file holds already may be stored into (see
/// ``File/mapForStoring(_:)``), since a disk that is full could not be reported either.
public protocol FileMapping: AnyObject, Sendable {
  /// The part of the file that can be stored into, in bytes. It may reach past the end of the file.
  var range: Range<Int64> { get }

  /// Copies `bytes` to `offset` of the file. The bytes from there on must lie within ``range`` and
  /// have been written before (with zeros, for instance), and the file must not have been cut
  /// below their end since: a store behind the end of a file kills the process.
  ///
  /// Different threads may store into disjoint ranges at the same time. Readers may see a part of
  /// what is being stored, in any order.
  func store(_ bytes: Span<UInt8>, at offset: Int64) throws(IOFailure)

  /// Brings a part of the range, which has been written before, into memory, so that storing into
  /// it does not have to. A hint: nothing depends on it.
  func prefault(_ part: Range<Int64>)

  /// Says that a part of the range is about to be synced. A hint; a store into it works as before, if
  /// not as fast the first time.
  func release(_ part: Range<Int64>)
}

extension File {
  /// Files that know of no mapping: they are written with ``write(_:at:)``.
  public func mapForStoring(_ range: Range<Int64>) throws(IOFailure) -> (any FileMapping)? { nil }
}
