using System.CommandLine;

namespace Propolis.Crucible.Downstairs.Program;

/// <summary>Options that several commands share.</summary>
static class SharedOptions
{
    /// <summary><c>-d, --data DIR</c>: the region's directory.</summary>
    public static Option<string> Data() => new("--data", "-d") { Description = "Directory of the region", Required = true };
}
