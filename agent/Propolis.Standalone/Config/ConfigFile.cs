using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>A file that a configuration names, and what the machine does with it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Writes">The machine writes to it; otherwise it only reads.</param>
/// <param name="MayBeMissing">The machine makes it when it is not there.</param>
sealed record ConfigFile(ConfigPath Path, bool Writes = false, bool MayBeMissing = false);
