using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>One file of the cloud-init disk; exactly one of the two is set, or neither where a snapshot has brought the contents.</summary>
/// <param name="Text">Its contents, written in the configuration.</param>
/// <param name="Path">A file with its contents.</param>
sealed record CloudInitPart(string? Text, ConfigPath? Path)
{
    /// <summary>What the file at <see cref="Path"/> held when it was read; null before that.</summary>
    public ReadOnlyMemory<byte>? Contents { get; init; }
}
