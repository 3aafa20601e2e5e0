using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;

namespace Propolis.Silo.Instances;

/// <summary>Puts volumes into specs.</summary>
public static class DiskSpecs
{
    /// <summary>The template's spec with a backend of some kind for each volume, to check the rest of it.</summary>
    /// <param name="template">The template.</param>
    public static InstanceSpec WithPlaceholders(InstanceTemplate template) => With(
        template.Spec, template.Volumes.Select(volume => KeyValuePair.Create(volume.Backend, (Component)new BlobStorageBackend { Base64 = "", Readonly = volume.Readonly })));

    /// <summary>The spec that a VMM gets.</summary>
    /// <param name="template">The template.</param>
    /// <param name="tickets">Its volumes.</param>
    public static InstanceSpec With(InstanceTemplate template, EquatableList<DiskTicket> tickets) => With(template.Spec, Backends(tickets));

    /// <summary>The backends of volumes, generations included; a memory volume's is made by the agent.</summary>
    /// <param name="tickets">The volumes.</param>
    public static SpecComponents Backends(EquatableList<DiskTicket> tickets) => new(
        from ticket in tickets
        let backend = Backend(ticket)
        where backend is not null
        select KeyValuePair.Create(ticket.Backend, backend));

    /// <summary>The generations, as agents take them.</summary>
    /// <param name="tickets">The volumes.</param>
    public static EquatableList<DiskGeneration> Generations(EquatableList<DiskTicket> tickets) =>
    [
        .. tickets.Select(ticket => new DiskGeneration
        {
            Backend = ticket.Backend,
            Volume = ticket.Volume,
            Generation = ticket.Generation,
            Kind = ticket.Template.Kind,
            SizeBytes = ticket.Template.SizeBytes,
            BlockSize = ticket.Template.BlockSize,
        }),
    ];

    /// <summary>The sled that a VMM cannot leave, and why.</summary>
    /// <param name="tickets">Its volumes.</param>
    public static (SledId Sled, string Reason)? Pin(EquatableList<DiskTicket> tickets) =>
        tickets.Select(ticket => ticket.Template).FirstOrDefault(volume => volume is { Kind: VolumeKind.File, Sled: not null }) is { } file
            ? (file.Sled!.Value, $"volume \"{file.Name}\" is a file on {file.Sled}")
            : null;

    /// <summary>Whether an older VMM can do no harm to any disk once newer generations are given out: all its disks are volumes on Crucible.</summary>
    /// <param name="template">The template.</param>
    /// <param name="tickets">Its volumes.</param>
    public static bool AreFenced(InstanceTemplate template, EquatableList<DiskTicket> tickets) =>
        tickets.Count > 0
        && tickets.Count == template.Volumes.Count
        && tickets.All(ticket => ticket.Template.Kind == VolumeKind.Crucible)
        && !template.Spec.Components.Values.Any(component => component is FileStorageBackend or CrucibleStorageBackend);

    static InstanceSpec With(InstanceSpec spec, IEnumerable<KeyValuePair<SpecKey, Component>> backends) =>
        spec with { Components = new([.. spec.Components, .. backends]) };

    static Component? Backend(DiskTicket ticket) => ticket.Template.Kind switch
    {
        VolumeKind.Crucible => new CrucibleStorageBackend { RequestJson = ticket.Template.RequestJson ?? "", Readonly = ticket.Readonly },
        VolumeKind.File => new FileStorageBackend { Path = ticket.Template.Path ?? "", Readonly = ticket.Readonly, BlockSize = (uint)ticket.Template.BlockSize },
        _ => null,
    };
}
