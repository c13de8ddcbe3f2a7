/// What is wrong with a row of CSV.
enum MalformedRow: Error, Equatable {
  case tooFewFields(expected: Int, found: Int)
  case tooManyFields(expected: Int)
  case quoteInUnquotedField
  case textAfterClosingQuote
  case unterminatedQuote
  case carriageReturnAlone
  case invalidUTF8
  case tooLong(maximumByteCount: Int)
  case emptyColumnName
  case duplicateColumnName(String)
}

extension MalformedRow: CustomStringConvertible {
  var description: String {
    switch self {
    case .tooFewFields(let expected, let found):
      "the row ends after \(found) of \(expected) fields"
    case .tooManyFields(let expected): "the row has more than the \(expected) fields of the header"
    case .quoteInUnquotedField: "a quotation mark inside a field that is not quoted"
    case .textAfterClosingQuote: "text between a closing quotation mark and the next comma"
    case .unterminatedQuote: "a quoted field that is never closed"
    case .carriageReturnAlone: "a carriage return without a line feed, outside of quotes"
    case .invalidUTF8: "bytes that are not UTF-8"
    case .tooLong(let count): "a row longer than \(count) bytes; is a quotation mark missing?"
    case .emptyColumnName: "a column without a name in the header"
    case .duplicateColumnName(let name): "a second column named \"\(name)\" in the header"
    }
  }
}
