using Propolis.Contracts.Results;

namespace Propolis.Silo.Rest;

/// <summary>How far a reader of an instance's serial console has come.</summary>
public sealed record SerialPosition
{
    /// <summary>The VMM whose bytes it has; 0 before the first.</summary>
    public long Incarnation { get; init; }

    /// <summary>The offset of the next byte since the guest's start; null while it is not known.</summary>
    public long? Offset { get; init; }

    /// <summary>Whether the VMM said that its guest moves on, with its history.</summary>
    public bool Moving { get; init; }

    /// <summary>The position of a reader that comes back, checked; nowhere when it names no VMM.</summary>
    /// <param name="incarnation">The VMM that it was joined to.</param>
    /// <param name="offset">The next byte there.</param>
    /// <exception cref="RefusedException">It is none.</exception>
    public static SerialPosition Read(long? incarnation, long? offset) => (incarnation, offset) switch
    {
        (null, _) => new(),
        (< 1, _) or (_, null) => throw new RefusedException(RefusalCode.Invalid, "incarnation must be the number of a VM, with from_start beside it"),
        ({ } number, { } next) => new() { Incarnation = number, Offset = next },
    };
}
