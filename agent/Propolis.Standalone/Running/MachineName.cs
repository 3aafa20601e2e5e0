using System.Globalization;
using System.Runtime.InteropServices;

namespace Propolis.Standalone.Running;

/// <summary>
/// Holds a machine's name on this host for as long as the process lives: a locked file, and the owner's pid beside it. KVM keeps no names, so this is what makes "an existing machine
/// of the same name is replaced" true: the older process is asked to end, then killed.
/// </summary>
sealed partial class MachineName : IDisposable
{
    const int SignalTerminate = 15;
    const int SignalKill = 9;

    static readonly TimeSpan PoliteLimit = TimeSpan.FromSeconds(10);
    static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(5);
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    readonly FileStream _file;

    MachineName(FileStream file) => _file = file;

    /// <summary>Where lock files are: the user's runtime folder, or one in the temporary folder for each user.</summary>
    public static string DefaultFolder =>
        Path.Combine(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? Path.Combine(Path.GetTempPath(), $"run-{Environment.UserName}"), "propolis");

    /// <summary>
    /// Takes the name; <paramref name="folder"/> holds the lock files. Throws <see cref="IOException"/> with one sentence when the older machine does not let go.
    /// </summary>
    public static async Task<MachineName> TakeAsync(string name, string folder, TimeProvider clock)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Uri.EscapeDataString(name) + ".lock");
        if (TryOpen(path) is { } free) return free;
        if (Owner(path) is { } owner)
        {
            _ = SendSignal(owner, SignalTerminate);
            if (await WaitAsync(path, PoliteLimit, clock) is { } polite) return polite;
            _ = SendSignal(owner, SignalKill);
            if (await WaitAsync(path, KillLimit, clock) is { } killed) return killed;
        }
        throw new IOException($"The machine '{name}' runs in another process that does not end; its lock is {path}.");
    }

    /// <summary>Lets the name go.</summary>
    public void Dispose() => _file.Dispose();

    static MachineName? TryOpen(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(PidFile(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new MachineName(file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    static int? Owner(string path) =>
        File.Exists(PidFile(path)) && int.TryParse(File.ReadAllText(PidFile(path)), CultureInfo.InvariantCulture, out var pid) && pid > 1 ? pid : null;

    // Beside the lock, not in it: .NET locks what it reads, too.
    static string PidFile(string path) => Path.ChangeExtension(path, ".pid");

    [LibraryImport("libc", EntryPoint = "kill")]
    internal static partial int SendSignal(int pid, int signal);

    static async Task<MachineName?> WaitAsync(string path, TimeSpan limit, TimeProvider clock)
    {
        var start = clock.GetTimestamp();
        while (clock.GetElapsedTime(start) < limit)
        {
            if (TryOpen(path) is { } free) return free;
            await Task.Delay(PollInterval, clock);
        }
        return null;
    }
}
