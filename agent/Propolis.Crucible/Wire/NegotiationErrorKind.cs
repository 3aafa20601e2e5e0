namespace Propolis.Crucible.Wire;

/// <summary>Why a handshake failed; the numbers are on the wire.</summary>
public enum NegotiationErrorKind : uint
{
    /// <summary>A message came out of order.</summary>
    OutOfOrder = 0,

    /// <summary>Generation 0 cannot write.</summary>
    GenerationZeroIsIllegal = 1,

    /// <summary>A replica holds a higher generation.</summary>
    GenerationNumberTooLow = 2,

    /// <summary>The versions differ.</summary>
    IncompatibleVersion = 3,

    /// <summary>Only one side encrypts.</summary>
    EncryptionMismatch = 4,

    /// <summary>Only one side is read-only.</summary>
    ReadOnlyMismatch = 5,

    /// <summary>The upstairs ids differ.</summary>
    UpstairsIdMismatch = 6,

    /// <summary>The session ids differ.</summary>
    SessionIdMismatch = 7,
}
