namespace Propolis.Crucible.Wire;

/// <summary>The errors of the protocol by tag; the numbers are on the wire.</summary>
public enum CrucibleErrorKind : uint
{
    /// <summary>Any other failure.</summary>
    GenericError = 0,

    /// <summary>Reading or writing a device failed.</summary>
    IoError = 1,

    /// <summary>Not offered.</summary>
    Unsupported = 2,

    /// <summary>The store went away.</summary>
    Disconnect = 3,

    /// <summary>A lock could not be had.</summary>
    DataLockError = 4,

    /// <summary>A read-write lock could not be had.</summary>
    RwLockError = 5,

    /// <summary>Nobody will answer a request.</summary>
    RecvDisconnected = 6,

    /// <summary>A request could not be handed over.</summary>
    SendError = 7,

    /// <summary>An offset is not a whole number of blocks.</summary>
    OffsetUnaligned = 8,

    /// <summary>A length is not a whole number of blocks.</summary>
    DataLenUnaligned = 9,

    /// <summary>Two parts differ in block size.</summary>
    BlockSizeMismatch = 10,

    /// <summary>A request names a wrong number of blocks.</summary>
    InvalidNumberOfBlocks = 11,

    /// <summary>A request reaches past the end.</summary>
    OffsetInvalid = 12,

    /// <summary>An activation is already under way.</summary>
    UpstairsActivateInProgress = 13,

    /// <summary>The upstairs is shutting down.</summary>
    UpstairsDeactivating = 14,

    /// <summary>The upstairs is not active.</summary>
    UpstairsInactive = 15,

    /// <summary>A message is for somebody else.</summary>
    UuidMismatch = 16,

    /// <summary>Encrypting failed.</summary>
    EncryptionError = 17,

    /// <summary>A block does not decrypt.</summary>
    DecryptionError = 18,

    /// <summary>Data does not fit its hash.</summary>
    HashMismatch = 19,

    /// <summary>Parts of a volume overlap.</summary>
    LBARangeOverlap = 20,

    /// <summary>A sub-volume has a wrong size.</summary>
    SubvolumeSizeMismatch = 21,

    /// <summary>A sub-volume has a wrong type.</summary>
    SubvolumeTypeMismatch = 22,

    /// <summary>Blocks cannot be sent.</summary>
    CannotServeBlocks = 23,

    /// <summary>Blocks cannot be taken.</summary>
    CannotReceiveBlocks = 24,

    /// <summary>A snapshot could not be taken.</summary>
    SnapshotFailed = 25,

    /// <summary>A write went to a read-only region.</summary>
    ModifyingReadOnlyRegion = 26,

    /// <summary>There is no such extent.</summary>
    InvalidExtent = 27,

    /// <summary>Asking another replica for repair failed.</summary>
    RepairRequestError = 28,

    /// <summary>The list of files to repair from is wrong.</summary>
    RepairFilesInvalid = 29,

    /// <summary>Copying for a repair failed.</summary>
    RepairStreamError = 30,

    /// <summary>Active with another generation.</summary>
    GenerationNumberInvalid = 31,

    /// <summary>Another session took over.</summary>
    NoLongerActive = 32,

    /// <summary>Reconciliation failed.</summary>
    RegionAssembleError = 33,

    /// <summary>A property is not known yet.</summary>
    PropertyNotAvailable = 34,

    /// <summary>A replica cannot be replaced like this.</summary>
    ReplaceRequestInvalid = 35,

    /// <summary>A stored block fits none of its contexts.</summary>
    MissingContextSlot = 36,

    /// <summary>The metadata of an extent cannot be read.</summary>
    BadMetadata = 37,

    /// <summary>A context slot of an extent cannot be read.</summary>
    BadContextSlot = 38,

    /// <summary>A block with data has no context of the right kind.</summary>
    MissingBlockContext = 39,

    /// <summary>Two regions do not fit together.</summary>
    RegionIncompatible = 40,

    /// <summary>The handshake failed, see <see cref="NegotiationErrorKind"/>.</summary>
    NegotiationError = 41,
}
