package hub

import (
	"cmp"
	"slices"
	"strconv"
)

// User is a person of the demo.
type User struct {
	ID, Name, Email, Role string
	Accounts              []int64          // that the user belongs to
	Roles                 []string         // Manager may do everything, DataPusher may push; nil: all roles
	Rights                map[string]Right // feature → right, for who is no manager
}

func (u User) object() object {
	o := object{"id": u.ID}
	o.text("name", u.Name)
	o.text("email", u.Email)
	o.text("role", u.Role)
	return o
}

// user is a user by its id; one without a name when it is not known.
func (h *Hub) user(id string) User {
	i := slices.IndexFunc(h.c.Users, func(u User) bool { return u.ID == id })
	if i < 0 {
		return User{ID: id}
	}
	return h.c.Users[i]
}

// person is how the caller is written beside what they did.
func (c *call) person() string { return cmp.Or(c.hub.user(c.subject).Name, c.subject) }

func (c *call) userInfo() (any, error) {
	o := c.hub.user(c.subject).object()
	o["accountId"] = c.account
	return o, nil
}

// accountUsers answers with the people of the account, in pages.
func (c *call) accountUsers() (any, error) {
	var found []User
	for _, u := range c.hub.c.Users {
		if slices.Contains(u.Accounts, c.account) {
			found = append(found, u)
		}
	}
	result, err := paged(c, found, User.object)
	if err != nil {
		return nil, err
	}
	p := result.(page)
	return wrapped{p, object{"users": p.items, "totalCount": p.total}}, nil
}

// accountClaim is the claim that says which account a user works in.
const accountClaim = "http://opisense.opinum.com/account"

// userClaims answers with the claims of a user of the account: where they work, and what they may do.
func (c *call) userClaims() (any, error) {
	u := c.hub.user(c.r.PathValue("id"))
	if u.ID != c.subject && !slices.Contains(u.Accounts, c.account) {
		return nil, notFound("There is no such user.")
	}
	claims := append([]object{{"userId": u.ID, "claimType": accountClaim, "claimValue": strconv.FormatInt(c.hub.accountOf(u.ID, c.account), 10)}}, u.rights()...)
	for i, o := range claims {
		o["id"] = i + 1
	}
	return paged(c, claims, func(o object) object { return o })
}

// editClaim moves the caller to another of their accounts: tokens that they have go with them.
func (c *call) editClaim() (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	o := object{}
	if err := newSchema(map[string]kind{"userId": aText, "claimType": aText, "claimValue": aText}).read(o, body); err != nil {
		return nil, err
	}
	account, err := strconv.ParseInt(o.textOf("claimValue"), 10, 64)
	switch {
	case o.textOf("userId") != c.subject || o.textOf("claimType") != accountClaim:
		return nil, forbidden("Only the account of the caller can be changed.")
	case err != nil || !slices.Contains(c.hub.user(c.subject).Accounts, account):
		return nil, invalid("claimValue", "The user has no such account.")
	}
	c.hub.mu.Lock()
	c.hub.moved[c.subject] = account
	c.hub.mu.Unlock()
	return nil, nil
}

// accountOf is the account that a user works in: the token's, unless the user has moved.
func (h *Hub) accountOf(subject string, account int64) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return cmp.Or(h.moved[subject], account)
}
