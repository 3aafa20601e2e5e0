using System.CommandLine;
using Propolis.Cli.Rest;
using Propolis.Contracts.Specs;
using Propolis.SpecFiles;
using Propolis.Toml;

namespace Propolis.Cli.Specs;

/// <summary>The options that say what a VM is made of: a whole spec as JSON, or processors, memory and a TOML file with devices.</summary>
sealed class SpecOptions
{
    const byte DefaultCpus = 4;
    const ulong DefaultMemory = 1024;

    readonly Option<string?> _spec = new("--spec", "-s") { Description = "file with the whole spec as JSON" };
    readonly Option<byte?> _cpus = new("--vcpus", "-c") { Description = $"processors [default: {DefaultCpus}]" };
    readonly Option<ulong?> _memory = new("--memory", "-m") { Description = $"memory in MiB [default: {DefaultMemory}]" };
    readonly Option<string?> _toml = new("--config-toml", "-t") { Description = "TOML file with devices" };
    readonly Option<string?> _cpuid = new("--cpuid-profile") { Description = "name of a [cpuid.NAME] in the TOML file" };
    readonly Option<string?> _crucible = new("--crucible-disks") { Description = "JSON file with a list of Crucible disks" };
    readonly Option<string?> _cloudInit = new("--cloud-init") { Description = "image of a cloud-init disk" };
    readonly Option<bool> _hyperv = new("--hyperv") { Description = "show the guest a Hyper-V compatible interface" };

    /// <summary>Gives them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _spec, _cpus, _memory, _toml, _cpuid, _crucible, _cloudInit, _hyperv }) command.Add(option);
    }

    /// <summary>The spec that the user asks for. Throws <see cref="CliException"/> with every fault that a server would find.</summary>
    public InstanceSpec Read(ParseResult parsed)
    {
        var spec = parsed.GetValue(_spec) is { } path ? ReadWhole(parsed, path) : Compose(parsed);
        return SpecRules.Faults(spec) is { Count: > 0 } faults ? throw CliException.Wrong($"The spec cannot be used: {string.Join("; ", faults)}.") : spec;
    }

    InstanceSpec ReadWhole(ParseResult parsed, string path)
    {
        foreach (var option in new Option[] { _cpus, _memory, _toml, _cpuid, _crucible, _cloudInit, _hyperv })
        {
            if (parsed.GetResult(option) is { Implicit: false }) throw CliException.Wrong($"--spec says everything: {option.Name} cannot be beside it.");
        }
        return Files.ReadJson<InstanceSpec>(path);
    }

    InstanceSpec Compose(ParseResult parsed)
    {
        var file = parsed.GetValue(_toml) is { } path ? Load(path) : null;
        return SpecDraft.Compose(new SpecDraft
        {
            Cpus = parsed.GetValue(_cpus) ?? DefaultCpus,
            MemoryMb = parsed.GetValue(_memory) ?? DefaultMemory,
            File = file,
            Cpuid = parsed.GetValue(_cpuid) is { } name ? Profile(file, name) : null,
            CrucibleDisks = parsed.GetValue(_crucible) is { } disks ? Files.ReadJson<CrucibleDisk[]>(disks) : [],
            CloudInit = parsed.GetValue(_cloudInit) is { } image ? Files.ReadBytes(image) : null,
            HyperV = parsed.GetValue(_hyperv),
        });
    }

    static Cpuid Profile(SpecFile? file, string name) =>
        file?.CpuidProfiles.GetValueOrDefault(name) ?? throw CliException.Wrong($"--cpuid-profile names '{name}', and --config-toml has no [cpuid.{name}].");

    static SpecFile Load(string path)
    {
        try
        {
            return SpecFile.Load(path);
        }
        catch (ConfigException wrong)
        {
            throw new CliException(wrong.Message, CliException.Usage, wrong);
        }
    }
}
