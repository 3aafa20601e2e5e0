using System.CommandLine;
using Propolis.Cli.Cluster.Files;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Specs;

namespace Propolis.Cli.Cluster;

/// <summary>The words by which a new instance is described, on top of a file or alone.</summary>
sealed class InstanceOptions
{
    const int UsualCpus = 1;
    const long UsualMemoryMb = 512;

    readonly Argument<string?> _name = NameArgument.Optional("name", "its name in the project; the file's when absent");
    readonly Option<FileInfo?> _file = new("--file", "-f") { Description = "a TOML file as propolis-standalone takes it, or a template as JSON" };
    readonly Option<string?> _nameOption = new("--name") { Description = "its name, as the argument" };
    readonly Option<string> _project = ClusterOptions.Project();
    readonly Option<string?> _description = new("--description") { Description = "free text" };
    readonly Option<int?> _cpus = new("--cpus", "-c") { Description = $"processors; {UsualCpus} when neither option nor file says it" };
    readonly Option<long?> _memory = new("--memory", "-m") { Description = $"memory in MiB; {UsualMemoryMb} when neither option nor file says it" };
    readonly Option<string?> _kernel = new("--kernel") { Description = "a Linux kernel in the sleds' image folder, started directly" };
    readonly Option<string?> _initrd = new("--initrd") { Description = "its initial RAM disk" };
    readonly Option<string?> _cmdline = new("--cmdline") { Description = "its command line" };
    readonly Option<string?> _bootrom = new("--bootrom") { Description = "firmware in the sleds' image folder" };
    readonly Option<string[]> _disks = new("--disk") { Description = "a volume as a virtio disk, by name or id; VOLUME:ro for one that the guest cannot write" };
    readonly Option<RestartMode?> _restart = Words.Option<RestartMode>("--restart", "when it starts again by itself");
    readonly Option<SledLossPolicy?> _sledLoss = Words.Option<SledLossPolicy>("--sled-loss", "when it may start elsewhere although its sled is silent");
    readonly Option<string[]> _groups = new("--group") { Description = "a placement group: NAME:apart or NAME:together, with :required not to start otherwise" };
    readonly Option<bool> _noStart = new("--no-start") { Description = "do not run it yet" };

    /// <summary>Gives them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_name);
        foreach (var option in new Option[] { _file, _nameOption, _project, _description, _cpus, _memory, _kernel, _initrd, _cmdline, _bootrom, _disks, _restart, _sledLoss, _groups, _noStart })
            command.Add(option);
    }

    /// <summary>What they say.</summary>
    public InstanceFile Read(ParseResult parsed)
    {
        var project = parsed.GetValue(_project)!;
        var file = parsed.GetValue(_file) is { } path ? InstanceFiles.Read(path.FullName, project) : InstanceFiles.Bare(project, UsualCpus, UsualMemoryMb);
        var template = file.Template;
        var name = parsed.GetValue(_name) ?? parsed.GetValue(_nameOption) ?? template.Name;
        if (name.Length == 0) throw CliException.Wrong("The instance needs a name: as an argument, or in the file.");
        var disks = (parsed.GetValue(_disks) ?? []).Select((text, number) => DiskOptions.Read(text, number)).ToArray();
        template = template with
        {
            Name = name,
            Project = parsed.GetResult(_project) is { Implicit: false } ? project : template.Project,
            Description = parsed.GetValue(_description) ?? template.Description,
            Boot = ReadBoot(parsed, template.Boot),
            Restart = template.Restart with { Mode = parsed.GetValue(_restart) ?? template.Restart.Mode },
            SledLoss = parsed.GetValue(_sledLoss) ?? template.SledLoss,
            Groups = [.. template.Groups, .. (parsed.GetValue(_groups) ?? []).Select(GroupOptions.Read)],
            Start = template.Start && !parsed.GetValue(_noStart),
            Spec = DiskOptions.Add(template.Spec with { Board = ReadBoard(parsed, template.Spec.Board) }, disks),
        };
        return new(template, [.. file.Disks, .. disks]);
    }

    Board ReadBoard(ParseResult parsed, Board board)
    {
        var (cpus, memory) = (parsed.GetValue(_cpus) ?? board.Cpus, parsed.GetValue(_memory) ?? (long)board.MemoryMb);
        if (cpus is < 1 or > byte.MaxValue) throw CliException.Wrong($"--cpus is {cpus}; it must be 1 to {byte.MaxValue}.");
        if (memory < 1) throw CliException.Wrong($"--memory is {memory}; it must be 1 or more MiB.");
        return board with { Cpus = (byte)cpus, MemoryMb = (ulong)memory };
    }

    BootSource? ReadBoot(ParseResult parsed, BootSource? boot)
    {
        var (kernel, bootrom) = (parsed.GetValue(_kernel), parsed.GetValue(_bootrom));
        var changed = (boot ?? new()) with
        {
            Kernel = kernel ?? (bootrom is null ? boot?.Kernel : null),
            Initrd = parsed.GetValue(_initrd) ?? (bootrom is null ? boot?.Initrd : null),
            Cmdline = parsed.GetValue(_cmdline) ?? (bootrom is null ? boot?.Cmdline : null),
            Bootrom = bootrom ?? (kernel is null ? boot?.Bootrom : null),
        };
        if (BootSourceRules.Faults(changed) is [var fault, ..]) throw CliException.Wrong($"{fault}.");
        return changed == new BootSource() ? null : changed;
    }
}
