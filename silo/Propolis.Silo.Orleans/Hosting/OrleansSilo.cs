using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using Propolis.Contracts.Hosting;
using Propolis.Silo.Orleans.Clustering;
using Propolis.Silo.Sleds;
using ClusterOptions = Propolis.Silo.Hosting.ClusterOptions;
using OrleansOptions = Orleans.Configuration.ClusterOptions;

namespace Propolis.Silo.Orleans.Hosting;

/// <summary>Puts a silo of an Orleans cluster together.</summary>
public static class OrleansSilo
{
    /// <summary>The cluster's name: there is one in a database.</summary>
    public const string Cluster = "propolis";

    /// <summary>Adds the silo's grains to Orleans: the same classes as in process, on the same store.</summary>
    /// <param name="silo">Orleans.</param>
    public static ISiloBuilder AddPropolisGrains(this ISiloBuilder silo)
    {
        silo.AddGrainExtension<IWakeExtension, WakeExtension>();
        var services = silo.Services;
        services.AddPropolisExceptions();
        services.AddSingleton<IConfigureOptions<GrainTypeOptions>, PlainGrains.Classes>();
        services.AddSingleton<IConfigureGrainTypeComponents, PlainGrains>();
        services.AddSingleton<IGrains, OrleansGrains>();
        services.AddSingleton<ISledDirectory, IndexedSledDirectory>();
        return silo;
    }

    /// <summary>Lets failures of grains reach their callers as what they are; for silos and clients.</summary>
    /// <param name="services">Where.</param>
    public static IServiceCollection AddPropolisExceptions(this IServiceCollection services) =>
        services.Configure<ExceptionSerializationOptions>(options => options.SupportedNamespacePrefixes.UnionWith(["Propolis", "Npgsql"]));

    /// <summary>Sets times so that a silo that is killed costs its callers less than three seconds.</summary>
    /// <param name="silo">Orleans.</param>
    /// <param name="options">The control plane's own times.</param>
    public static ISiloBuilder ConfigureTimes(this ISiloBuilder silo, ClusterOptions options)
    {
        silo.Configure<ClusterMembershipOptions>(members =>
        {
            members.ProbeTimeout = TimeSpan.FromSeconds(1);
            members.NumMissedProbesLimit = 2;
            members.TableRefreshTimeout = TimeSpan.FromSeconds(3);
            members.IAmAliveTablePublishTimeout = StaleMembers.BeatEvery;
            members.EnableConnectionLivenessCheck = false;
            members.DefunctSiloExpiration = TimeSpan.FromDays(1);
            members.MaxJoinAttemptTime = TimeSpan.FromSeconds(15);
        });
        // Longer calls are repeated: a grain takes them one after the other, and a repeated call changes nothing.
        silo.Configure<SiloMessagingOptions>(messages => messages.ResponseTimeout = TimeSpan.FromSeconds(10));
        silo.Configure<GrainCollectionOptions>(collection => collection.CollectionAge = options.IdleAfter);
        return silo;
    }

    /// <summary>Adds the cluster's members and reminders in PostgreSQL, and the silo's life.</summary>
    /// <param name="silo">Orleans.</param>
    public static ISiloBuilder AddPostgresCluster(this ISiloBuilder silo)
    {
        silo.Configure<OrleansOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (Cluster, Cluster));
        silo.AddReminders();
        var services = silo.Services;
        services.AddSingleton<PostgresMembers>();
        services.AddSingleton<IMembershipTable>(all => all.GetRequiredService<PostgresMembers>());
        services.AddSingleton<IReminderTable, PostgresReminders>();
        services.AddSingleton<StaleMembers>();
        services.AddSingleton<ClusterLease>();
        services.AddSingleton<Vigil>();
        services.AddSingleton<IIncomingGrainCallFilter>(all => all.GetRequiredService<Vigil>());
        services.AddSingleton<OrleansSiloLife.Parts>();
        services.AddHostedService<OrleansSiloLife>();
        return silo;
    }
}
