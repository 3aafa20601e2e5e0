using System.Diagnostics;
using Propolis.Crucible.Interop;

namespace Propolis.Crucible.Downstairs;

/// <summary>Reflinks where Linux has them, and the <c>zfs</c> command where the region's directory is a dataset.</summary>
public sealed class HostCloning : ICloning
{
    /// <inheritdoc/>
    public bool TryCloneFile(string source, string target) => OperatingSystem.IsLinux() && FileClone.TryClone(source, target);

    /// <inheritdoc/>
    public string? SnapshotFileSystem(string directory, string name)
    {
        var (listed, dataset) = Run("list", "-H", "-o", "name", directory);
        if (!listed)
            return dataset;
        var (taken, text) = Run("snapshot", $"{dataset.Trim()}@{name}");
        return taken || text.Contains("dataset already exists", StringComparison.Ordinal) ? null : text;
    }

    /// <inheritdoc/>
    public string? RemoveSnapshot(string directory, string name)
    {
        // Where no dataset can be listed, no snapshot was ever taken.
        var (listed, dataset) = Run("list", "-H", "-o", "name", directory);
        if (!listed)
            return null;
        var (gone, text) = Run("destroy", $"{dataset.Trim()}@{name}");
        return gone || text.Contains("could not find any snapshots", StringComparison.Ordinal) ? null : text;
    }

    static (bool Succeeded, string Text) Run(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("zfs", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEnd();
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode == 0, process.ExitCode == 0 ? output : error.Trim());
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (false, "there is no zfs command");
        }
    }
}
