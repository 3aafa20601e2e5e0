namespace Propolis.Vmm.Memory;

/// <summary>Why a transfer did not happen, or only in part.</summary>
/// <param name="ErrorNumber">The system's errno; -1 when the guest named memory that does not exist, 0 when the file ended early.</param>
public readonly record struct TransferFault(int ErrorNumber)
{
    /// <summary>The guest named memory that it does not have.</summary>
    public static readonly TransferFault BadAddress = new(-1);

    /// <summary>The file is shorter than it was.</summary>
    public static readonly TransferFault EndOfFile = new(0);
}
