using Propolis.Contracts.Instances;
using Propolis.Contracts.Specs;
using Propolis.Toml;

namespace Propolis.Cli.Cluster.Files;

/// <summary>Reads <c>[instance]</c> and <c>[[group]]</c>: what a cluster must know beside the machine.</summary>
static class InstanceTableReader
{
    static readonly InstanceSpec NoSpec = new() { Board = new() { Cpus = 1, MemoryMb = 1, Chipset = new I440Fx { EnablePcie = false } }, Components = new([]) };

    /// <summary>Reads both; name and spec are for others to fill.</summary>
    public static InstanceTemplate Read(TableReader root, string project)
    {
        var template = new InstanceTemplate { Project = project, Name = "", Spec = NoSpec, Groups = [.. root.RepeatedSections("group").Select(ReadGroup)] };
        if (root.Section("instance") is not { } table) return template;
        table.AllowOnly("project", "description", "restart", "restart_cooldown", "restart_max", "restart_window", "sled_loss", "start");
        return template with
        {
            Project = table.OptionalText("project") ?? project,
            Description = table.OptionalText("description") ?? "",
            Restart = ReadRestart(table, template.Restart),
            SledLoss = ReadWord<SledLossPolicy>(table, "sled_loss") ?? template.SledLoss,
            Start = table.OptionalFlag("start") ?? true,
        };
    }

    static RestartPolicy ReadRestart(TableReader table, RestartPolicy usual) => usual with
    {
        Mode = ReadWord<RestartMode>(table, "restart") ?? usual.Mode,
        CooldownSeconds = (int)(table.OptionalInteger("restart_cooldown", 0, int.MaxValue) ?? usual.CooldownSeconds),
        MaxRestarts = (int)(table.OptionalInteger("restart_max", 0, int.MaxValue) ?? usual.MaxRestarts),
        WindowSeconds = (int)(table.OptionalInteger("restart_window", 1, int.MaxValue) ?? usual.WindowSeconds),
    };

    static PlacementGroup ReadGroup(TableReader table)
    {
        table.AllowOnly("name", "rule", "required");
        return new()
        {
            Name = table.Name("name"),
            Rule = ReadWord<GroupRule>(table, "rule") ?? throw table.Fail("needs the key rule"),
            Required = table.OptionalFlag("required") ?? false,
        };
    }

    static T? ReadWord<T>(TableReader table, string key)
        where T : struct, Enum
    {
        if (table.OptionalText(key) is not { } text) return null;
        return Words.TryRead<T>(text, out var value) ? value : throw table.Fail(key, $"cannot be {TomlKeySyntax.Show(text)}; it must be one of {string.Join(", ", Words.All<T>())}");
    }
}
