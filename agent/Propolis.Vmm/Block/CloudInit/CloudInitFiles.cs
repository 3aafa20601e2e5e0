namespace Propolis.Vmm.Block.CloudInit;

/// <summary>What cloud-init's NoCloud source reads from a volume labelled cidata. User data and meta-data must be there for a guest to look at it, so they are empty by default.</summary>
public sealed record CloudInitFiles
{
    /// <summary>user-data: usually a document that begins with #cloud-config.</summary>
    public ReadOnlyMemory<byte> UserData { get; init; }

    /// <summary>meta-data: instance-id and local-hostname.</summary>
    public ReadOnlyMemory<byte> MetaData { get; init; }

    /// <summary>network-config, null to leave it to the guest.</summary>
    public ReadOnlyMemory<byte>? NetworkConfig { get; init; }
}
