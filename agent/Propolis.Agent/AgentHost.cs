using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Propolis.Agent.Images;
using Propolis.Agent.Processes;
using Propolis.Agent.Regions;
using Propolis.Agent.Reports;
using Propolis.Agent.Rest;
using Propolis.Agent.Servers;
using Propolis.Agent.Sleds;
using Propolis.Agent.Storage;
using Propolis.Agent.Vmms;
using Propolis.Agent.Volumes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Sleds;
using Propolis.Telemetry;

namespace Propolis.Agent;

/// <summary>Puts the agent together: what an earlier one left is adopted before the first request is answered.</summary>
static class AgentHost
{
    /// <summary>The longest body of a request.</summary>
    public const long LargestBody = 1 << 20;

    /// <summary>Runs an agent until it is told to stop.</summary>
    /// <exception cref="AgentException">It cannot start.</exception>
    public static async Task RunAsync(AgentOptions options, CancellationToken cancellation)
    {
        using var folder = FolderLock.Take(options.DataFolder);
        await using var agent = Build(options);
        try
        {
            await agent.StartAsync(cancellation);
        }
        catch (IOException taken) when (taken.InnerException is SocketException or Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new AgentException($"{options.Listen} cannot be listened on: {taken.InnerException.Message}", taken);
        }
        await agent.WaitForShutdownAsync(cancellation);
    }

    /// <summary>An agent that is ready to start. Its data folder is locked by the caller.</summary>
    public static WebApplication Build(AgentOptions options)
    {
        DurableFiles.MakeFolder(options.DataFolder);
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddPropolisTelemetry("propolis-agent");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Listen(options.Listen);
        });
        AddServices(builder.Services, options);
        AddRest(builder.Services);
        var app = builder.Build();
        app.Services.GetRequiredService<SledVmms>().Adopt();
        app.Services.GetRequiredService<SledRegions>().Adopt();
        app.Services.GetRequiredService<AgentMetrics>().Watch(app.Services.GetRequiredService<SledVmms>().Usage);
        app.Use(next => context => ErrorAnswers.InvokeAsync(context, next));
        app.UseStatusCodePages();
        app.UseWebSockets();
        app.MapVmms().MapVmmVolumes().MapVmmLeases().MapRegions().MapSled();
        app.MapHealthAndMetrics();
        app.MapOpenApi();
        if (options.Silos.Count > 0)
            SpeakToSilos(app);
        return app;
    }

    // Only once silos can speak to it, too.
    static void SpeakToSilos(WebApplication app)
    {
        var agent = app.Services.GetRequiredService<SledAgent>();
        app.Lifetime.ApplicationStarted.Register(() => _ = agent.StartAsync(CancellationToken.None));
        app.Lifetime.ApplicationStopping.Register(() => _ = agent.StopAsync(CancellationToken.None));
    }

    static void AddRest(IServiceCollection services)
    {
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(json => PropolisJson.Apply(json.SerializerOptions));
        services.AddAgentOpenApi();
    }

    static void AddServices(IServiceCollection services, AgentOptions options)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new AgentMetrics(provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton(_ => SequenceSource.Begin(options.DataFolder));
        services.AddSingleton<IGrains>(provider => new RemoteGrains(SiloClient(options, provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton(provider => new ReportQueue(
            provider.GetRequiredService<IGrains>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<AgentMetrics>(),
            provider.GetRequiredService<ILogger<ReportQueue>>()));
        services.AddSingleton(provider => Servers(options, provider));
        services.AddSingleton(provider => Vmms(options, provider));
        services.AddSingleton(provider => Regions(options, provider));
        services.AddSingleton<SledAgent>();
        services.AddSingleton<ServerHttp>();
        services.AddSingleton(provider => Registration(options, provider));
        services.AddHealthChecks().AddCheck<SiloCheck>("silo", HealthStatus.Degraded, [HealthRoutes.ReadyTag]);
    }

    static ServerApis Servers(AgentOptions options, IServiceProvider provider)
    {
        var (http, time) = (provider.GetRequiredService<ServerHttp>().Client, provider.GetRequiredService<TimeProvider>());
        return new(port => new ServerApi(http, new Uri($"http://{new IPEndPoint(options.Listen.Address, port)}"), time));
    }

    static SledRegions Regions(AgentOptions options, IServiceProvider provider)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        var program = options.Downstairs ?? Path.Combine(AppContext.BaseDirectory, "crucible-downstairs");
        return new(
            new RegionStore(options.DataFolder),
            new RegionPrograms(program, options.Listen.Address, options.Ports, time),
            port => new IPEndPoint(options.Listen.Address, port).ToString(),
            time,
            provider.GetRequiredService<ILogger<SledRegions>>());
    }

    static SledVmms Vmms(AgentOptions options, IServiceProvider provider)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        var reports = provider.GetRequiredService<ReportQueue>();
        var vmms = new SledVmms(new SledParts
        {
            Store = new VmmStore(options.DataFolder),
            Sequences = provider.GetRequiredService<SequenceSource>(),
            Processes = new HostProcesses(options.Server ?? Path.Combine(AppContext.BaseDirectory, "propolis-server"), options.Listen.Address, options.Ports, time),
            ServerAt = provider.GetRequiredService<ServerApis>().At,
            LeasesOf = key => options.Silos.Count > 0 ? ListenAddress(options, provider).TrimEnd('/') + AgentRoutes.VmmLeases(key.Instance, key.Incarnation) : null,
            AddressOf = port => new IPEndPoint(options.Listen.Address, port).ToString(),
            Images = new ImageFolder(options.ImageFolder, options.Firmware),
            Volumes = new VolumeFiles(options.VolumeFolder ?? Path.Combine(options.DataFolder, "volumes"), options.MemoryFolder),
            Capacity = SledFacts.Capacity(options.Cpus, options.MemoryMb, options.Overcommit),
            Labels = new SledLabels(options.Sled, SledFacts.Serial(), SledFacts.Model()),
            Limits = options.Limits,
            Grains = provider.GetRequiredService<IGrains>(),
            Time = time,
            Metrics = provider.GetRequiredService<AgentMetrics>(),
            Log = provider.GetRequiredService<ILogger<SledVmms>>(),
            Changed = status =>
            {
                if (options.Silos.Count > 0)
                    reports.Add(status);
            },
        });
        reports.RemoveAsync = async key => reports.Add((await vmms.RemoveAsync(key)).Status);
        return vmms;
    }

    // The address is known once REST listens: a port of 0 is chosen then.
    static Func<SledRegistration> Registration(AgentOptions options, IServiceProvider provider) => () => new SledRegistration
    {
        Sled = options.Sled,
        Address = (options.Address?.ToString() ?? ListenAddress(options, provider)).TrimEnd('/'),
        Capacity = SledFacts.Capacity(options.Cpus, options.MemoryMb, options.Overcommit),
        Hypervisor = SledFacts.Hypervisor(),
        AgentEpoch = provider.GetRequiredService<SequenceSource>().Epoch,
        Serial = SledFacts.Serial(),
        Model = SledFacts.Model(),
        Cpu = SledFacts.Cpu(),
    };

    // Services start before REST listens: only a port that was to be chosen is asked for.
    static string ListenAddress(AgentOptions options, IServiceProvider provider) => options.Listen.Port != 0
        ? $"http://{options.Listen}"
        : provider.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()!.Addresses.First();

    static HttpClient SiloClient(AgentOptions options, TimeProvider time)
    {
        var silos = options.Silos.Count > 0 ? options.Silos : [new Uri("http://127.0.0.1:1")];
        return new HttpClient(new SiloFailover(silos, options.SiloLimit, time) { InnerHandler = new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(3) } })
        {
            BaseAddress = new Uri(silos[0], "/v1/"),
            Timeout = options.SiloLimit * (silos.Count + 1),
        };
    }
}
