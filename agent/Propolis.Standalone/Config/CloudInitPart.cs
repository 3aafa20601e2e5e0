using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>One file of the cloud-init disk; exactly one of the two is set.</summary>
/// <param name="Text">Its contents, written in the configuration.</param>
/// <param name="Path">A file with its contents.</param>
sealed record CloudInitPart(string? Text, ConfigPath? Path);
