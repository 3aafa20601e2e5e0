using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Silo.Instances;

/// <summary>Whether the project has taken an instance in.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Admission>))]
public enum Admission
{
    /// <summary>It is asked.</summary>
    Asked = 0,

    /// <summary>It has.</summary>
    Admitted = 1,

    /// <summary>It has not: the instance is as good as never made.</summary>
    Refused = 2,

    /// <summary>It has given the room back.</summary>
    Refunded = 3,
}
