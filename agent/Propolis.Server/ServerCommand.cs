using System.CommandLine;
using Propolis.Server.Crucible;
using Propolis.Server.Hosting;
using Propolis.Server.Machines;
using Propolis.SpecFiles;
using Propolis.Telemetry;
using Propolis.Vmm.Hypervisor.Kvm;

namespace Propolis.Server;

/// <summary>The command line: reads it, runs the server, and turns every operating error into one sentence and an exit code (1, or 2 for usage).</summary>
static class ServerCommand
{
    static readonly Argument<string[]> Words = new("words")
    {
        Description = "[BOOTROM or CONFIG.toml] IP:PORT [VNC_IP:PORT]",
        Arity = new ArgumentArity(0, ServerArguments.Most),
    };

    static readonly Option<string?> Listen = new("--listen") { Description = "where the REST interface listens, as IP:PORT; port 0 takes a free one" };
    static readonly Option<string?> MigrationListen = new("--migration-listen") { Description = "where the other side of a migration connects, as IP:PORT; a free port when not given" };
    static readonly Option<string?> Bootrom = new("--bootrom") { Description = "firmware image that VMs start with" };
    static readonly Option<string?> UefiVars = new("--uefi-vars") { Description = "file in which the firmware's variables last" };
    static readonly Option<string?> BootromVersion = new("--bootrom-version") { Description = "firmware version that guests read in SMBIOS" };
    static readonly Option<string?> Kernel = new("--kernel") { Description = "Linux kernel that VMs start with, instead of firmware" };
    static readonly Option<string?> Initrd = new("--initrd") { Description = "its initial RAM disk" };
    static readonly Option<string?> Cmdline = new("--cmdline") { Description = "its command line" };
    static readonly Option<string?> Leases = new("--leases") { Description = "URL at which to ask whether a Crucible disk's generation is the newest, given by the sled's agent" };
    static readonly Option<string?> MetricAddr = new("--metric-addr") { Description = "accepted and not used: metrics are served at /metrics" };
    static readonly Option<bool> JsonLogs = new("--log-json") { Description = "log one JSON object a line" };
    static readonly Option<LogLevel> Level = new("--log-level")
    {
        Description = $"{string.Join(", ", LogLevelWords.All)}",
        DefaultValueFactory = _ => LogLevel.Information,
        CustomParser = result => LogLevelWords.Of(result.Tokens[0].Value, result.AddError),
    };


    /// <summary>Runs the program and returns its exit code.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        var run = new Command("run", "serves one VM by REST until the process is told to end")
        {
            Words, Listen, MigrationListen, Bootrom, UefiVars, BootromVersion, Kernel, Initrd, Cmdline, Leases, MetricAddr, JsonLogs, Level,
        };
        var parsed = new RootCommand("One virtual machine behind a REST interface.") { run }.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await errors.WriteLineAsync($"propolis-server: {parsed.Errors[0].Message}");
            return 2;
        }
        run.SetAction((asked, stop) => GuardedAsync(asked, output, errors, stop));
        return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    static async Task<int> GuardedAsync(ParseResult asked, TextWriter output, TextWriter errors, CancellationToken stop)
    {
        try
        {
            await ServeAsync(Read(asked), output, stop);
            return 0;
        }
        catch (UsageException wrong)
        {
            await errors.WriteLineAsync($"propolis-server: {wrong.Message}");
            return 2;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"propolis-server: {failure.Message}");
            return 1;
        }
    }

    static async Task ServeAsync(ServerOptions options, TextWriter output, CancellationToken stop)
    {
        var clock = TimeProvider.System;
        var hypervisor = new KvmHypervisor(clock);
        var machines = new MachineFactory(options.Boot, options.BootromVersion, hypervisor, new CrucibleDisks(clock, options.Leases, output.WriteLine), clock);
        await using var app = ServerHost.Build(options, machines, hypervisor, clock);
        await app.StartAsync(stop);
        await output.WriteLineAsync($"propolis-server listens on {app.Urls.Single()}");
        await output.FlushAsync(stop);
        await app.WaitForShutdownAsync(stop);
    }

    static ServerOptions Read(ParseResult asked)
    {
        var (source, listen, vnc) = ServerArguments.Split(asked.GetValue(Words) ?? []);
        if (vnc is not null) throw new UsageException("This build has no VNC: leave out the third word.");
        if (listen is not null && asked.GetValue(Listen) is not null) throw new UsageException("Where to listen is said twice: by --listen and by a word.");
        listen ??= asked.GetValue(Listen) is { } text ? ServerArguments.MustBeAddress(text) : throw new UsageException("Where to listen is missing: give IP:PORT or --listen IP:PORT.");
        var boot = ReadBoot(asked, source, out var devices);
        return new ServerOptions
        {
            Listen = listen,
            MigrationListen = asked.GetValue(MigrationListen) is { } migrations ? ServerArguments.MustBeAddress(migrations) : null,
            Boot = boot,
            Devices = devices,
            Leases = asked.GetValue(Leases) is { } leases ? MustBeUrl(leases) : null,
            BootromVersion = asked.GetValue(BootromVersion),
            Level = asked.GetValue(Level),
            Logs = asked.GetValue(JsonLogs) ? LogFormat.Json : null,
        };
    }

    static Uri MustBeUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https" } ? url : throw new UsageException($"'{text}' is no URL; --leases needs one such as http://127.0.0.1:12300/v1/vmms/inst-a/1/leases.");

    static ServerBoot ReadBoot(ParseResult asked, string? source, out ConfiguredDevices devices)
    {
        devices = ConfiguredDevices.None;
        var said = new SpecFileBoot
        {
            Bootrom = asked.GetValue(Bootrom),
            UefiVars = asked.GetValue(UefiVars),
            Kernel = asked.GetValue(Kernel),
            Initrd = asked.GetValue(Initrd),
            Cmdline = asked.GetValue(Cmdline),
        };
        if (source is not null)
        {
            if (said.Bootrom is not null) throw new UsageException("The firmware is named twice: by --bootrom and by a word.");
            MustExist(source);
            if (ServerSource.IsConfiguration(source))
            {
                var file = ServerSource.Load(source);
                devices = new ConfiguredDevices(file.Components, file.EnablePcie);
                if (file.Boot is not null && said.Kernel is not null) throw new UsageException($"{source} says what VMs start with, and so does --kernel.");
                said = file.Boot ?? said;
            }
            else
            {
                said = said with { Bootrom = source };
            }
        }
        return Choose(said);
    }

    static ServerBoot Choose(SpecFileBoot said)
    {
        if (said is { Bootrom: not null, Kernel: not null }) throw new UsageException("A kernel and a firmware exclude each other: a VM starts with one of them.");
        ServerBoot boot = said switch
        {
            { Bootrom: { } image } => new ServerBoot.Bootrom(image, said.UefiVars),
            { Kernel: { } image } => new ServerBoot.Kernel(image, said.Initrd, said.Cmdline ?? ""),
            _ => throw new UsageException("What VMs start with is missing: name a firmware image, or a kernel by --kernel."),
        };
        foreach (var file in boot.Files) MustExist(file);
        return boot;
    }

    static void MustExist(string file)
    {
        if (!File.Exists(file)) throw new UsageException($"The file {file} does not exist.");
    }
}
