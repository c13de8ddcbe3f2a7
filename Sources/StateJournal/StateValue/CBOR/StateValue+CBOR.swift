/// State as bytes: RFC 8949 deterministic CBOR, so that equal states are equal bytes and any
/// language can read them.
extension StateValue {
  /// Appends the encoding; when it throws, `bytes` is as it was.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  package func appendCBOR(to bytes: inout [UInt8]) throws(StateError) {
    do {
      try CBOREncoder.append(self, to: &bytes, depth: 0)
    } catch {
      throw error.stateError
    }
  }

  /// The value that the bytes encode, all of them.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` with a ``CBORError`` as its cause, for anything
  ///   that ``appendCBOR(to:)`` would not have written.
  package init(cbor bytes: Span<UInt8>) throws(StateError) {
    do { self = try CBORDecoder.value(bytes) } catch { throw error.stateError }
  }
}

extension StateMap where Value == StateValue {
  /// Appends the encoding; when it throws, `bytes` is as it was.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  package func appendCBOR(to bytes: inout [UInt8]) throws(StateError) {
    do {
      try CBOREncoder.append(self, to: &bytes, depth: 0)
    } catch {
      throw error.stateError
    }
  }

  /// The object that the bytes encode, all of them.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` with a ``CBORError`` as its cause, for anything
  ///   that ``appendCBOR(to:)`` would not have written.
  package init(cbor bytes: Span<UInt8>) throws(StateError) {
    do { self = try CBORDecoder.object(bytes) } catch { throw error.stateError }
  }

  /// Appends the JSON of the object that the bytes encode, all of them, without building it; false,
  /// with `json` as it was, for anything that ``appendCBOR(to:)`` would not have written.
  package static func appendJSON(ofCBOR bytes: Span<UInt8>, to json: inout [UInt8]) -> Bool {
    let start = json.count
    do {
      try CBORTranscoder.appendObject(bytes, to: &json)
      return true
    } catch {
      json.removeLast(json.count - start)
      return false
    }
  }
}
