namespace Propolis.Vmm.Migration.Wire;

/// <summary>The one byte that answers a <see cref="Hello"/>. The numbers are the wire's.</summary>
enum HelloAnswer : byte
{
    /// <summary>The connection is taken.</summary>
    Welcome = 1,

    /// <summary>Nobody here waits for this migration.</summary>
    Unknown = 2,

    /// <summary>No version of the protocol is known to both.</summary>
    OtherVersion = 3,
}
