using System.Diagnostics;

namespace Propolis.Scenarios.Sleds;

/// <summary>
/// A place where guests run: an emulated sled, or this machine itself when its KVM is usable. The same commands work on both; only the paths of images and programs differ.
/// </summary>
public sealed class Sled
{
    static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    readonly bool _isEmulated;
    int _nextFolder;

    Sled(string name, bool isEmulated)
    {
        Name = name;
        _isEmulated = isEmulated;
    }

    /// <summary>The sled's name, also among those of './propolis sled list'.</summary>
    public string Name { get; }

    /// <summary>Whether it is a QEMU machine that can be killed; false for this machine itself.</summary>
    public bool IsEmulated => _isEmulated;

    /// <summary>The folder of the guest images, as seen on the sled.</summary>
    public string Images => _isEmulated ? "/images" : Path.Combine(Checkout.Root, "deploy", "images");

    /// <summary>The first of the 50 ports of 127.0.0.1 that belong to this sled (emulated ones only); the first itself is the command channel.</summary>
    public int FirstPort => 22000 + 50 * int.Parse(File.ReadAllText(Path.Combine(Folder, "slot")), System.Globalization.CultureInfo.InvariantCulture);

    string Folder => Path.Combine(Checkout.State, "sleds", Name);

    /// <summary>This machine, for where KVM is usable.</summary>
    public static Sled OfThisMachine() => new("this machine", isEmulated: false);

    /// <summary>Starts an emulated sled, or finds it running. Throws <see cref="ScenarioException"/> with what the script said.</summary>
    public static async Task<Sled> StartAsync(string name, params string[] options)
    {
        var sled = new Sled(name, isEmulated: true);
        await sled.ScriptAsync("start", options);
        return sled;
    }

    /// <summary>The path of a published program, as seen on the sled.</summary>
    public string Program(string name) => _isEmulated ? $"/opt/propolis/bin/{name}" : Path.Combine(PublishedPrograms.Folder, name);

    /// <summary>Runs a shell command to its end, whatever its exit code. Standard input may carry any bytes.</summary>
    public Task<CommandResult> RunAsync(string command, Stream? input = null, TimeSpan? limit = null) =>
        Commands.RunAsync(Shell, Arguments(command), input, limit ?? CommandLimit);

    /// <summary>Runs a shell command that must succeed, and gives its output. Throws <see cref="ScenarioException"/> otherwise.</summary>
    public async Task<string> MustAsync(string command, Stream? input = null, TimeSpan? limit = null)
    {
        var result = await RunAsync(command, input, limit);
        if (result.ExitCode != 0) throw new ScenarioException($"'{command}' on {Name} ended with {result.ExitCode}: {result.Output}{result.Errors}");
        return result.Output;
    }

    /// <summary>Starts a shell command that goes on; its streams are the process's. Ending the process does not end the command on an emulated sled.</summary>
    public Process Start(string command) => Commands.Start(Shell, Arguments(command));

    /// <summary>Makes a new empty folder on the sled.</summary>
    public async Task<string> NewFolderAsync(string purpose)
    {
        var parent = _isEmulated ? "/data" : Path.Combine(Checkout.State, "scenarios");
        var folder = $"{parent}/{purpose}-{Environment.ProcessId}-{Interlocked.Increment(ref _nextFolder)}";
        await MustAsync($"mkdir -p {folder}");
        return folder;
    }

    /// <summary>A power failure, then a new start with the same disk. Only for emulated sleds.</summary>
    public async Task PowerCycleAsync()
    {
        await ScriptAsync("kill");
        await ScriptAsync("start");
    }

    /// <summary>Ends the sled and removes its disk.</summary>
    public Task RemoveAsync() => _isEmulated ? ScriptAsync("remove") : Task.CompletedTask;

    string Shell => _isEmulated ? "ssh" : "/bin/sh";

    string[] Arguments(string command) =>
        _isEmulated ? ["-F", Path.Combine(Folder, "ssh_config"), "-o", "ControlMaster=no", "-e", "none", "sled", command] : ["-c", command];

    async Task ScriptAsync(string verb, params string[] options)
    {
        var result = await Commands.RunAsync(Checkout.Script, ["sled", verb, Name, .. options], null, StartLimit);
        if (result.ExitCode != 0) throw new ScenarioException($"'./propolis sled {verb} {Name}' ended with {result.ExitCode}: {result.Errors}");
    }
}
