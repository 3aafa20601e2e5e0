using Propolis.Contracts.Hosting;
using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary>Puts an in-process silo together.</summary>
public static class SiloServices
{
    /// <summary>Adds grains, lists and events on an open database: <see cref="IGrains"/>, <see cref="IClusterIndex"/>, <see cref="ISledClient"/>.</summary>
    /// <param name="services">Where.</param>
    /// <param name="database">The database; the caller closes it after the silo.</param>
    /// <param name="options">Times and limits.</param>
    public static IServiceCollection AddInProcessSilo(this IServiceCollection services, IDatabase database, ClusterOptions options)
    {
        services.AddSiloParts(database, options);
        services.AddSingleton<ISledDirectory, LocalSledDirectory>();
        services.AddSingleton<SiloLease>();
        services.AddSingleton<InProcessHost>();
        services.AddSingleton<IGrains>(all => all.GetRequiredService<InProcessHost>());
        services.AddHostedService<SiloLife>();
        return services;
    }

    /// <summary>Adds what grains of every host work with but the directory of sleds: storage, lists and events, agents.</summary>
    /// <param name="services">Where.</param>
    /// <param name="database">The database; the caller closes it after the silo.</param>
    /// <param name="options">Times and limits.</param>
    public static IServiceCollection AddSiloParts(this IServiceCollection services, IDatabase database, ClusterOptions options)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(database);
        services.AddSingleton<EventSignal>();
        services.AddSingleton<EntityStore>();
        services.AddSingleton<IEntityStore>(all => all.GetRequiredService<EntityStore>());
        services.AddSingleton<IProjections, Projections>();
        services.AddSingleton<IClusterIndex, ClusterIndex>();
        services.AddSingleton(all => new HttpSledClient(AgentHttp(), all.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ISledClient>(all => all.GetRequiredService<HttpSledClient>());
        services.AddSingleton<IRegionClient>(all => all.GetRequiredService<HttpSledClient>());
        services.AddSingleton<DeletedInstances>();
        services.AddHostedService<Forgetting>();
        services.AddSingleton<SiloReadiness>();
        services.AddSingleton(all => new HostParts
        {
            Store = all.GetRequiredService<IEntityStore>(),
            Projections = all.GetRequiredService<IProjections>(),
            Agents = all.GetRequiredService<ISledClient>(),
            Regions = all.GetRequiredService<IRegionClient>(),
            Directory = all.GetRequiredService<ISledDirectory>(),
            Time = all.GetRequiredService<TimeProvider>(),
            Options = options,
            Log = all.GetRequiredService<ILoggerFactory>().CreateLogger("Propolis.Silo"),
        });
        return services;
    }

    static HttpClient AgentHttp() => new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(3),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        UseProxy = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
